import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DEAD_LETTER, PROCESSED, reasons } from '../../../src/slabs/outcomes.ts'
import { emptyTally } from '../../../src/offsets/ledger.ts'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { Batch, Task } from '../../../src/stages/batch.ts'
import { Events } from '../../../src/telemetry/events.ts'
import { Insights } from '../../../src/telemetry/insights.ts'
import { InsightsLog } from '../../../src/telemetry/insights-log.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { countedSlab, type Noted } from '../../fixtures/counted-slab.ts'
import probe from '../../fixtures/probe-pipeline.ts'

interface Line {
  readonly msg: string
  readonly top: readonly string[]
  readonly reasons: readonly string[]
  readonly lateP50Ms?: number
}

function setUp(everyMs: number) {
  const lines: Line[] = []
  const insights = new Insights(probe)
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Line) }
  const events = new Events(createLogger({ level: 'info', format: 'json', destination }), insights)
  const tally = emptyTally()
  const log = new InsightsLog({ insights, events, everyMs, tally: () => tally })
  /** Records have settled. */
  const settle = (records: readonly Noted[]) => {
    const slab = countedSlab(records, 2)
    slab.detail.fill(reasons.indexOf('invalid'))
    const assignment = new Assignments().open('probes', 0)
    const entry = assignment.ledger.open(0, 1e6, records.length)
    insights.settled(new Batch(assignment, entry, new Task(slab, 0), 0, records.length), 5)
    for (const { outcome } of records) tally[outcome === PROCESSED ? 'processed' : 'deadLetter']++
  }
  return { lines, insights, log, settle, events }
}

const records = (count: number, of: (index: number) => Partial<Noted>): Noted[] =>
  Array.from({ length: count }, (_, offset) => ({
    offset,
    outcome: PROCESSED,
    terms: ['emit', '0'],
    latencyMs: 100,
    timestampMs: 5,
    ...of(offset)
  }))

beforeEach(
  () => void vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] })
)
afterEach(() => void vi.useRealTimers())

describe('insights', () => {
  test('are told from time to time: what came in since, the most frequent first', () => {
    const { lines, log, settle, insights } = setUp(10_000)
    log.start()
    settle(records(20, index => ({ terms: [index < 12 ? 'emit' : 'look', String(index % 2)] })))
    settle(records(3, () => ({ outcome: DEAD_LETTER })))
    expect(insights.told).toBeUndefined()
    vi.advanceTimersByTime(10_000)
    expect(lines).toMatchObject([
      {
        msg: 'insights',
        durationMs: 10_000,
        processed: 20,
        deadLetter: 3,
        reasons: ['invalid 3'],
        top: ['act emit 12', 'act look 8', 'parity 0 10', 'parity 1 10'],
        lateP50Ms: 96
      }
    ])
    expect(insights.told).toMatchObject({ tally: { processed: 20 }, lateness: { p50: 96, p90: 96, p99: 96 } })

    settle(records(2, () => ({ latencyMs: undefined })))
    vi.advanceTimersByTime(10_000)
    expect(lines[1]).toMatchObject({ processed: 2, deadLetter: 0, reasons: [], top: ['act emit 2', 'parity 0 2'] })
    expect(lines[1].lateP50Ms).toBeUndefined()
  })

  test('are not told where nothing has come, and the last ones at the end', () => {
    const { lines, log, settle } = setUp(10_000)
    log.start()
    vi.advanceTimersByTime(60_000)
    expect(lines).toEqual([])
    settle(records(1, () => ({})))
    log.end()
    log.end()
    vi.advanceTimersByTime(60_000)
    expect(lines).toHaveLength(1)
  })

  test('are off with 0', () => {
    const { lines, log, settle } = setUp(0)
    log.start()
    settle(records(1, () => ({})))
    vi.advanceTimersByTime(1e6)
    log.end()
    expect(lines).toEqual([])
  })

  test('hold a few values of each dimension however many come; the others are counted together', () => {
    const { lines, log, settle, insights } = setUp(10_000)
    log.start()
    settle(records(1000, index => ({ terms: [`value-${index}`, index % 4 === 0 ? undefined : '1'] })))
    settle(records(50, () => ({ terms: ['value-7', '1'] })))
    vi.advanceTimersByTime(10_000)
    const { topValues } = insights.told!
    expect(topValues.map(({ top, other }) => [top.length, top[0], other])).toEqual([
      [10, ['value-7', 51], 990],
      [1, ['1', 800], 0]
    ])
    expect(lines[0].top).toHaveLength(5 + 1 + 1)
    expect(lines[0].top[5]).toBe('act other 995')
  })
})

test('missing fields are warned of at once, then at most once a second, and none is forgotten', () => {
  const { lines, events } = setUp(0)
  const counters = Int32Array.of(3, 0)
  for (let task = 0; task < 10; task++) events.counted(counters)
  events.counted(Int32Array.of(0, 9))
  expect(lines.map(({ msg }) => msg)).toEqual(['fields were missing and took their default (FIELD_DEFAULTS)'])
  vi.advanceTimersByTime(1000)
  vi.advanceTimersByTime(5000)
  events.counted(counters)
  events.counted(counters)
  events.ended({ consumed: 0, tally: emptyTally(), abandoned: 0, inFlight: 0 })
  const fields = lines.flatMap(line => (line as { fields?: number }).fields ?? [])
  expect(fields).toEqual([3, 27, 3, 3])
})
