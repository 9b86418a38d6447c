import { afterEach, describe, expect, test } from 'vitest'
import type { ProducedRow } from '../fake-kafka/cluster.ts'
import { closeStages, mixed, partition, settledOf, type Stage, stageWith, until } from '../fixtures/processor-stage.ts'
import { chainOf, sumsOf } from '../fixtures/summary-chain.ts'

afterEach(closeStages)

const every10 = { summaryTopic: 'probes-summary', summaryEveryRecords: '10', insightsEveryMs: '0' }
const exactly = { delivery: 'exactly-once', transactionMs: '20' }
const PARTITIONS = 3
const RECORDS = 1800

const whole = (stage: Stage) => stage.committed().every((offset, at) => offset === stage.ends()[at])
const isSummary = ({ topic }: ProducedRow) => topic === 'probes-summary'

/** What the sums of a partition of `mixed` records have to be. */
function expected(at: number) {
  const acts = { emit: 0, long: 0 }
  const parity = { 0: 0, 1: 0 }
  const records = { processed: 0, filtered: 0, expired: 0, deadLetters: 0 }
  for (let seq = at; seq < RECORDS; seq += PARTITIONS) {
    const record = mixed(seq)
    if (typeof record === 'string') records.deadLetters++
    else if ((record as { act: string }).act === 'filter') records.filtered++
    else {
      records.processed++
      acts[(record as { act: 'emit' | 'long' }).act]++
      parity[(seq % 2) as 0 | 1]++
    }
  }
  return { records, dimensions: { act: acts, parity } }
}

/** The summaries, followed from one to the next, and what has been counted since, are all records there have been. */
function expectWhole(stage: Stage): void {
  for (let at = 0; at < PARTITIONS; at++) {
    const chain = chainOf(stage.summaries(), at)
    expect(chain.length).toBeGreaterThan(40)
    expect(sumsOf(chain, stage.metadataOf(at))).toMatchObject(expected(at))
  }
}

/** Runs to the end; what has been counted since the last summary is committed with the last offset. */
async function finish(stage: Stage, ...started: ReturnType<Stage['start']>[]): Promise<void> {
  await until(() => whole(stage) || started.some(({ processor }) => processor.state === 'failed'))
  for (const { processor, run } of started) {
    processor.stop()
    expect(await run).toEqual({ drained: true })
  }
}

const expectOnce = (stage: Stage) => {
  const keys = stage.summaries().map(({ key }) => `${key.partition} ${key.first}`)
  expect(new Set(keys).size).toBe(keys.length)
}

describe.each([
  ['at least once', {}],
  ['exactly once', exactly]
])('%s, summaries', (_, delivery) => {
  const settings = { ...every10, ...delivery }

  test('add up to everything that there was, each ten processed records further than the one before', async () => {
    const stage = stageWith(PARTITIONS)
    stage.put(RECORDS, mixed)
    await finish(stage, stage.start(settings))
    expectWhole(stage)
    expectOnce(stage)
    const [one] = stage.summaries()
    expect(one).toMatchObject({
      cut: 'records',
      records: { processed: 10 },
      key: { pipeline: 'probe', topic: 'probes' }
    })
    expect(one.timestamps).toEqual({ fromMs: 1_700_000_000_000, toMs: 1_700_000_000_000 })
  })

  test('go on where another process has stopped, in order or not', async () => {
    const stage = stageWith(PARTITIONS)
    stage.put(RECORDS, mixed)
    for (let part = 1; part <= 3; part++) {
      const { processor, run, consumer } = stage.start(settings)
      await until(() => settledOf(processor.snapshot()) > 200)
      if (part === 2) consumer.expire()
      processor.stop()
      await run
    }
    await finish(stage, stage.start(settings))
    expectWhole(stage)
    if (delivery === exactly) expectOnce(stage)
  })

  test('follow their partitions to other members', async () => {
    const stage = stageWith(PARTITIONS)
    stage.put(RECORDS, mixed)
    const first = stage.start(settings)
    await until(() => settledOf(first.processor.snapshot()) > 300)
    const second = stage.start(settings)
    stage.move([partition(1), partition(2)], second)
    await until(() => second.processor.snapshot().partitions === 2)
    stage.move([partition(2)], first)
    await finish(stage, first, second)
    expectWhole(stage)
    expectOnce(stage)
  })

  test('are counted again where something before them has to be read again', async () => {
    const stage = stageWith(PARTITIONS)
    stage.put(RECORDS, mixed)
    let rows = 0
    stage.cluster.refuse = row =>
      !isSummary(row) && ++rows % 500 === 0 ? { code: -192, message: 'timed out' } : undefined
    for (let time = 0; time < 4; time++) {
      stage.cluster.transactionErrors.push({ code: -195, message: 'away', committed: time % 2 === 1 })
    }
    const started = stage.start(settings)
    await finish(stage, started)
    expect(started.processor.snapshot().abandoned).toBeGreaterThan(0)
    expectWhole(stage)
    if (delivery === exactly) expectOnce(stage)
  })

  test('that the brokers refuse end the process, name the topic, and no record pays for it', async () => {
    const stage = stageWith(PARTITIONS)
    stage.put(RECORDS, mixed)
    stage.cluster.refuse = row => (isSummary(row) ? { code: 10, message: 'message size too large' } : undefined)
    const { processor, run } = stage.start(settings)
    await expect(run).rejects.toThrow(/a summary of probes\/\d can not be written to probes-summary \(SUMMARY_TOPIC\)/)
    expect(processor.snapshot().reasons['refused-by-broker']).toBeUndefined()
    expect(stage.rows().filter(({ topic }) => topic === 'probes-dlq').length).toBeLessThan(RECORDS / 8)
  })

  test('whose state can not be read at once are waited for: nothing is counted before it is known', async () => {
    const stage = stageWith(PARTITIONS)
    stage.put(RECORDS, mixed)
    await finish(stage, stage.start(settings))
    const metadata = [0, 1, 2].map(at => stage.metadataOf(at))
    for (let asked = 0; asked < 3; asked++) stage.cluster.committedErrors.push({ code: 16, message: 'not now' })
    const again = stage.start(settings)
    stage.put(3)
    await finish(stage, again)
    expect(metadata.filter(text => text.includes('"summary"')).length).toBeGreaterThan(0)
    for (let at = 0; at < PARTITIONS; at++) {
      const { records } = sumsOf(chainOf(stage.summaries(), at), stage.metadataOf(at))
      expect(records.processed).toBe(expected(at).records.processed + 1)
    }
  })
})

describe('a summary by time', () => {
  test.each([
    ['at least once', {}],
    ['exactly once', exactly]
  ])('comes where records do not, and the partition goes on, %s', async (_, delivery) => {
    const stage = stageWith(PARTITIONS)
    stage.put(30)
    const settings = { ...every10, ...delivery, summaryEveryRecords: '1000', summaryEveryMs: '100' }
    stage.start(settings)
    const told = () => sumsOf([0, 1, 2].flatMap(at => chainOf(stage.summaries(), at))).records.processed
    await until(() => told() === 30)
    expect(stage.summaries().every(({ cut }) => cut === 'time')).toBe(true)
    stage.put(3000)
    await until(() => told() === 3030)
    await until(() => whole(stage))
    expectOnce(stage)
  })

  /** A first one has been confirmed, and from now on no commit is. */
  async function heldAfterFirst(drainTimeoutMs: string) {
    const stage = stageWith(1)
    stage.put(1)
    const started = stage.start({ ...every10, summaryEveryMs: '100', drainTimeoutMs })
    await until(() => stage.summaries().length === 1 && whole(stage) && !stage.metadataOf(0).includes('"summary"'))
    stage.cluster.holdCommits()
    return { stage, ...started }
  }

  test('at least once, is the only one until its commit is confirmed', async () => {
    const { stage, processor, run } = await heldAfterFirst('10000')
    stage.put(5)
    await until(() => stage.summaries().length === 2)
    stage.put(200)
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(stage.summaries()).toHaveLength(2)
    stage.cluster.releaseCommits()
    await until(() => stage.summaries().length >= 20)
    expect(
      chainOf(stage.summaries(), 0)
        .map(({ cut }) => cut)
        .slice(0, 4)
    ).toEqual(['time', 'time', 'records', 'records'])
    processor.stop()
    expect(await run).toEqual({ drained: true })
  })

  test('at least once, that can not be committed keeps a stop no longer than a drain may take', async () => {
    const { stage, processor, run } = await heldAfterFirst('200')
    stage.put(5)
    await until(() => stage.summaries().length === 2)
    stage.put(200)
    await until(() => processor.snapshot().inFlight > 100)
    processor.stop()
    expect(await run).toEqual({ drained: false })
    stage.cluster.releaseCommits()
    expect(stage.summaries()).toHaveLength(2)
  })

  test('comes of what another process had counted, too, though nothing has come since', async () => {
    const stage = stageWith(1)
    stage.put(5)
    const first = stage.start(every10)
    await until(() => whole(stage))
    first.processor.stop()
    await first.run
    expect(stage.summaries()).toEqual([])
    stage.start({ ...every10, summaryEveryMs: '100' })
    await until(() => stage.summaries().length === 1)
    expect(stage.summaries()[0]).toMatchObject({ next: 5, cut: 'time', records: { processed: 5 } })
  })
})

test('without SUMMARY_TOPIC what had been counted is dropped, and that is said', async () => {
  const stage = stageWith(1)
  stage.put(5)
  const first = stage.start(every10)
  await until(() => whole(stage))
  first.processor.stop()
  await first.run
  const second = stage.start()
  await until(() => second.processor.snapshot().partitions === 1)
  expect(second.told).toContain('SUMMARY_TOPIC is off: what had been counted for the next summary is dropped')
  expect(stage.metadataOf(0)).not.toContain('summary')
})
