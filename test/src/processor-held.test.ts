import { afterEach, describe, expect, test } from 'vitest'
import {
  closeStages,
  expectBalanced,
  partition,
  settledOf,
  type Stage,
  stageWith,
  until
} from '../fixtures/processor-stage.ts'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'

afterEach(closeStages)

const LIMIT = 50
const settings = { fuseConsecutiveRecords: String(LIMIT), transactionMs: '50' }
const OVERRAN = 'the drain ran out of time: what is in flight is abandoned and read again (DRAIN_TIMEOUT_MS)'

/** Good ones, then dead letters only, then good ones again. */
const flooded = (from: number, to: number) => (seq: number) => (seq >= from && seq < to ? '{"seq":' : { seq })

/** What the cluster has of dead letters. */
function deadLetters({ cluster }: Stage): number {
  return [0, 1, 2, 3].reduce(
    (sum, each) => sum + cluster.log({ topic: 'probes-dlq', partition: each }).records.length,
    0
  )
}

/** Nothing lost, repeated or out of order. */
function expectWhole(stage: Stage): void {
  expectNoLoss(stage.rows(), stage.inputs)
  expectOrder(stage.rows())
  expectBoundedDuplicates(stage.rows(), 0)
}

const deliveries = ['at-least-once', 'exactly-once']

describe.each(deliveries)('a flood of dead letters, %s', delivery => {
  test('is held before it is produced, and goes on when somebody says so', async () => {
    const stage = stageWith(1)
    stage.put(6000, flooded(300, 3000))
    const { processor, told } = stage.start({ ...settings, delivery })
    await until(() => processor.state === 'held')
    // What came before it may still be on its way to the brokers.
    await until(() => processor.snapshot().inFlight === processor.snapshot().held?.parkedRecords)
    const snapshot = processor.snapshot()
    expect(snapshot.held).toMatchObject({
      topic: 'probes',
      partition: 0,
      deadLetters: LIMIT,
      records: LIMIT,
      firstOffset: 300,
      lastOffset: 349,
      reasons: [['not-json', LIMIT]]
    })
    expect(told.filter(line => line.startsWith('a flood'))).toEqual([
      'a flood of dead letters in probes/0, offsets 300 to 349: 50 of 50 records (not-json 50); ' +
        'nothing more is read, produced or committed until `millrace resume` or a restart'
    ])
    expect(deadLetters(stage)).toBeLessThan(LIMIT)
    expect(snapshot).toMatchObject({ partitions: 1, live: true })
    expect(snapshot.lag).toBeGreaterThan(5000)

    await until(() => {
      if (processor.state === 'held') expect(processor.resume()).toEqual({ held: true, partitions: [] })
      return settledOf(processor.snapshot()) === 6000
    })
    expect(processor.snapshot()).toMatchObject({ state: 'running', held: undefined, tally: { deadLetter: 2700 } })
    expectBalanced(processor.snapshot())
    await until(() => stage.committed()[0] === stage.ends()[0])
    expectWhole(stage)
  })

  test('in one partition holds the others too, which lose nothing', async () => {
    const stage = stageWith(3)
    // Every third record is of partition 0.
    stage.put(9000, seq => (seq % 3 === 0 && seq > 900 ? '{"seq":' : { seq }))
    const { processor } = stage.start({ ...settings, delivery })
    await until(() => processor.state === 'held')
    await until(() => processor.snapshot().inFlight === processor.snapshot().held?.parkedRecords)
    expect(settledOf(processor.snapshot())).toBeLessThan(9000)
    await until(() => {
      if (processor.state === 'held') processor.resume()
      return settledOf(processor.snapshot()) === 9000
    })
    expectWhole(stage)
  })

  test('and a stop: what is held is abandoned at once, the rest is committed, and the next one repeats nothing', async () => {
    const stage = stageWith(2)
    stage.put(4000, flooded(600, 4000))
    const { processor, run, told } = stage.start({ ...settings, delivery, drainTimeoutMs: '3600000' })
    await until(() => processor.state === 'held')
    processor.stop()
    expect(await run).toEqual({ drained: false })
    expect(told).toContain('what is held of these is abandoned and read again')
    expect(told).not.toContain(OVERRAN)
    const snapshot = processor.snapshot()
    expectBalanced(snapshot)
    expect(stage.committed().reduce((sum, offset) => sum + offset, 0)).toBe(settledOf(snapshot))

    const next = stage.start({ delivery, fuseAction: 'off', transactionMs: '50' })
    await until(() => settledOf(next.processor.snapshot()) === 4000 - settledOf(snapshot))
    await until(() => stage.committed().join() === stage.ends().join())
    expectWhole(stage)
  })

  test('and a rebalance: a held partition that another member gets is given back at once', async () => {
    const stage = stageWith(2)
    stage.put(4000, flooded(600, 4000))
    const one = stage.start({ ...settings, delivery, drainTimeoutMs: '3600000' })
    await until(() => one.processor.state === 'held')
    const other = stage.start({ delivery, fuseAction: 'off', transactionMs: '50' })
    stage.move([partition(1)], other)
    await until(() => other.processor.snapshot().partitions === 1)
    expect(one.told).not.toContain(OVERRAN)
    expect(one.processor.snapshot()).toMatchObject({ state: 'held', partitions: 1 })
    // What was held of it is nowhere any more.
    await until(() => one.processor.snapshot().held?.parkedRecords === one.processor.snapshot().inFlight)
    await until(() => stage.committed()[1] === 2000)
    expect(stage.committed()[0]).toBeLessThan(2000)
    await until(() => {
      if (one.processor.state === 'held') one.processor.resume()
      return stage.committed()[0] === 2000
    })
    expectWhole(stage)
  })
})

describe('a fuse', () => {
  test('that is to exit ends the processor with what it has seen, and the flood is not produced', async () => {
    const stage = stageWith(1)
    stage.put(1000, flooded(100, 1000))
    const { processor, run } = stage.start({ ...settings, fuseAction: 'exit' })
    await expect(run).rejects.toThrow(
      'a flood of dead letters in probes/0, offsets 100 to 149: 50 of 50 records (not-json 50)'
    )
    expect(processor.state).toBe('failed')
    expect(processor.snapshot().live).toBe(false)
    expect(deadLetters(stage)).toBeLessThan(LIMIT)
  })

  test('that is off lets everything through', async () => {
    const stage = stageWith(1)
    stage.put(3000, flooded(100, 3000))
    const { processor } = stage.start({ ...settings, fuseAction: 'off' })
    await until(() => settledOf(processor.snapshot()) === 3000)
    expect(processor.state).toBe('running')
  })

  test('blows at a share of the last records, too', async () => {
    const stage = stageWith(1)
    stage.put(2000, seq => (seq > 500 && seq % 4 !== 0 ? '{"seq":' : { seq }))
    const { processor } = stage.start({ fuseRatioPercent: '60', fuseWindowRecords: '200' })
    await until(() => processor.state === 'held')
    expect(processor.snapshot().held).toMatchObject({ deadLetters: 121, records: 200 })
  })

  test('that has blown is forgotten with its process: a restart judges anew', async () => {
    const stage = stageWith(1)
    stage.put(1000, flooded(100, 1000))
    const first = stage.start(settings)
    await until(() => first.processor.state === 'held')
    first.processor.stop()
    await first.run
    const second = stage.start(settings)
    await until(() => second.processor.state === 'held')
    expect(second.processor.snapshot().held).toMatchObject({ deadLetters: LIMIT })
  })
})

describe('a large record behind a flood', () => {
  test('comes out once everything goes on', async () => {
    const stage = stageWith(1)
    const long = { seq: 0, act: 'long', note: '60000' }
    stage.put(600, seq => (seq === 155 ? long : flooded(100, 300)(seq)))
    const { processor } = stage.start(settings)
    await until(() => {
      if (processor.state === 'held') processor.resume()
      return settledOf(processor.snapshot()) === 600
    })
    expectWhole(stage)
  })
})
