import { describe, expect, test } from 'vitest'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { DEAD_LETTER, FILTERED, reasons, rulesOf } from '../../../src/slabs/outcomes.ts'
import { Insights } from '../../../src/telemetry/insights.ts'
import probe from '../../fixtures/probe-pipeline.ts'
import { assigned, taskOf, work } from '../../fixtures/stages.ts'

function workedBatches() {
  const [first, second] = assigned(new Assignments(), 2)
  const task = taskOf([
    [first, 3],
    [second, 2]
  ])
  work(task.slab, 0)
  return task
}

describe('Insights', () => {
  test('counts reasons and rules of the settled batch only, by name', () => {
    const insights = new Insights(probe)
    const { slab, batches } = workedBatches()
    slab.outcome.set([DEAD_LETTER, DEAD_LETTER, FILTERED, DEAD_LETTER])
    slab.detail.set([reasons.indexOf('invalid'), reasons.indexOf('not-json'), rulesOf(probe).indexOf('unwanted'), 1])
    insights.settled(batches[0], 5)
    expect(insights.reasons).toEqual({ invalid: 1, 'not-json': 1 })
    expect(insights.rules).toEqual({ unwanted: 1 })
  })

  test('adds up counters, the engine’s first', () => {
    const insights = new Insights(probe)
    insights.counted(Int32Array.of(2, 3, 99))
    insights.counted(Int32Array.of(1, 0, 99))
    expect(insights.counters).toEqual({ 'fields-defaulted': 3, curious: 3 })
  })

  test('latency is that of the batches since it was asked last', () => {
    const insights = new Insights(probe)
    const [batch] = workedBatches().batches
    for (const latencyMs of [10, 20, 400]) insights.settled(batch, latencyMs)
    expect(insights.latencyMs(50)).toBe(20)
    expect(insights.latencyMs(50)).toBe(0)
  })
  test('who has a reader of latencies takes none away from others', () => {
    const insights = new Insights(probe)
    const [batch] = workedBatches().batches
    const readers = [insights.readLatencies(), insights.readLatencies()]
    for (const latencyMs of [10, 20, 400]) insights.settled(batch, latencyMs)
    expect(insights.latencyMs(50)).toBe(20)
    for (const reader of readers) expect(reader.read()).toEqual({ p50: 20, p90: 400, p99: 400, max: 400 })
  })

  test('incidents are those that have happened, by name', () => {
    const insights = new Insights(probe)
    insights.commits = 2
    insights.workerDeaths++
    expect(insights.incidents).toEqual({ commits: 2, workerDeaths: 1 })
  })

  test('a complaint of a client is remembered for a while, the last one only', () => {
    const insights = new Insights(probe)
    expect(insights.troubleAt(0)).toBeUndefined()
    insights.troubled('no route', 1000)
    insights.troubled('refused', 2000)
    expect(insights.troubleAt(13_999)).toBe('refused')
    expect(insights.troubleAt(14_000)).toBeUndefined()
  })
})
