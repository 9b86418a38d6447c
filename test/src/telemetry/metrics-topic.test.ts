import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LatencyReader } from '../../../src/telemetry/latency-reader.ts'
import { MetricsTopic, type MetricsWriter } from '../../../src/telemetry/metrics-topic.ts'
import type { Snapshot } from '../../../src/telemetry/snapshot.ts'
import { snapshot as healthy } from '../../fixtures/controlled.ts'

const START_MS = 1_700_000_000_000
const INTERVAL_MS = 10_000
type Report = Record<string, unknown>

function setUp() {
  const written: { readonly key: string; readonly report: Report; readonly withinMs: number }[] = []
  const warnings: object[] = []
  const calls: string[] = []
  const state = { snapshot: { ...healthy } as Snapshot, failure: undefined as Error | undefined }
  const latencies = new LatencyReader()
  const writer: MetricsWriter = {
    write: async (key, value, withinMs) => {
      await Promise.resolve()
      if (state.failure !== undefined) throw state.failure
      written.push({ key, report: JSON.parse(value) as Report, withinMs })
      calls.push('write')
    },
    close: async () => {
      await Promise.resolve()
      calls.push('close')
    }
  }
  const topic = new MetricsTopic({
    settings: { groupId: 'g', clientId: 'c', metricsIntervalMs: INTERVAL_MS },
    pipeline: 'user-login',
    instance: 'c@host',
    writer,
    log: { warn: (fields: object) => warnings.push(fields) } as never
  })
  const begin = () => topic.begin({ snapshot: () => state.snapshot, readLatencies: () => latencies })
  const does = (changes: Partial<Snapshot>) => (state.snapshot = { ...state.snapshot, ...changes })
  return { topic, begin, does, state, latencies, written, warnings, calls }
}

const tally = (processed: number, filtered: number, expired: number, deadLetter: number) => ({
  processed,
  filtered,
  expired,
  deadLetter
})

describe('METRICS_EVERY=interval', () => {
  beforeEach(() => void vi.useFakeTimers({ now: START_MS }))
  afterEach(() => void vi.useRealTimers())

  test('tells each time what has happened since the time before', async () => {
    const { begin, does, latencies, written } = setUp()
    does({ consumed: 50, tally: tally(50, 0, 0, 0), inFlight: 0, reasons: { invalid: 7 } })
    begin()
    does({
      consumed: 1050,
      tally: tally(650, 200, 50, 100),
      inFlight: 50,
      lag: 4000,
      partitions: 3,
      reasons: { invalid: 100, 'not-json': 7 },
      rules: { locale: 200 },
      incidents: { rebalances: 1, workerDeaths: 2 }
    })
    for (const latencyMs of [10, 20, 400]) latencies.record(latencyMs)
    await vi.advanceTimersByTimeAsync(INTERVAL_MS)
    does({ consumed: 1060, tally: tally(660, 200, 50, 100), lag: 0 })
    await vi.advanceTimersByTimeAsync(INTERVAL_MS)
    expect(written.map(({ key }) => key)).toEqual(['c@host', 'c@host'])
    expect(written[0].report).toEqual({
      pipeline: 'user-login',
      group: 'g',
      client: 'c',
      instance: 'c@host',
      pid: process.pid,
      state: 'running',
      from: '2023-11-14T22:13:20.000Z',
      to: '2023-11-14T22:13:30.000Z',
      consumed: 1000,
      processed: 600,
      filtered: 200,
      expired: 50,
      'dead-letter': 100,
      abandoned: 0,
      records_per_second: 95,
      in_flight: 50,
      lag: 4000,
      partitions: 3,
      paused_partitions: 0,
      held: false,
      live: true,
      reasons: { invalid: 93, 'not-json': 7 },
      rules: { locale: 200 },
      counters: {},
      latency_ms: { p50: 20, p90: 400, p99: 400, max: 400 },
      incidents: { rebalances: 1, workerDeaths: 2 },
      unwritten_metrics: 0
    })
    expect(written[1].report).toMatchObject({
      from: '2023-11-14T22:13:30.000Z',
      consumed: 10,
      processed: 10,
      filtered: 0,
      reasons: {},
      lag: 0,
      latency_ms: { p50: 0, p90: 0, p99: 0, max: 0 },
      incidents: {}
    })
  })

  test('the reports add up to what became of the records, the last one at the stop included', async () => {
    const { topic, begin, does, written, calls } = setUp()
    begin()
    const start = healthy.tally.processed
    for (let step = 1; step <= 5; step++) {
      does({ tally: { ...healthy.tally, processed: start + step * 7 } })
      await vi.advanceTimersByTimeAsync(INTERVAL_MS / 2)
    }
    await topic.end()
    expect(written.reduce((sum, { report }) => sum + Number(report['processed']), 0)).toBe(35)
    expect([written.length, written[2].withinMs, calls.at(-1)]).toEqual([3, 1000, 'close'])
    await vi.advanceTimersByTimeAsync(INTERVAL_MS * 3)
    expect(written).toHaveLength(3)
  })

  test('one that can not be written is logged and counted, and stops nothing', async () => {
    const { topic, begin, state, written, warnings, calls } = setUp()
    begin()
    state.failure = new Error('not allowed')
    await vi.advanceTimersByTimeAsync(INTERVAL_MS * 2)
    expect(warnings).toEqual([
      { unwritten: 1, reason: 'not allowed' },
      { unwritten: 2, reason: 'not allowed' }
    ])
    state.failure = undefined
    await vi.advanceTimersByTimeAsync(INTERVAL_MS)
    expect(written.map(({ report }) => report['unwritten_metrics'])).toEqual([2])
    state.failure = new Error('gone')
    await topic.end()
    expect(calls).toEqual(['write', 'close'])
  })

  test('a processor that never began has nothing to report', async () => {
    const { topic, calls } = setUp()
    await topic.end()
    expect(calls).toEqual(['close'])
  })
})

test('latencies are read by several, each from where it was', () => {
  const reader = new LatencyReader()
  reader.record(5)
  expect(reader.read()).toEqual({ p50: 5, p90: 5, p99: 5, max: 5 })
  expect(reader.read()).toEqual({ p50: 0, p90: 0, p99: 0, max: 0 })
})
