import { afterEach, describe, expect, test } from 'vitest'
import { closeStages, expectBalanced, mixed, settledOf, stageWith, until } from '../fixtures/processor-stage.ts'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'

afterEach(closeStages)

describe('a processor', () => {
  test('accounts for each of 20,000 records once and in order, and a stop repeats nothing', async () => {
    const stage = stageWith(6)
    stage.put(20_000, mixed)
    const { processor, run } = stage.start()
    await until(() => settledOf(processor.snapshot()) === 20_000)
    processor.stop()
    expect(await run).toEqual({ drained: true })

    const rows = stage.rows()
    expectNoLoss(rows, stage.inputs)
    expectOrder(rows)
    expectBoundedDuplicates(rows, 0)
    const snapshot = processor.snapshot()
    expect(snapshot).toMatchObject({
      state: 'stopped',
      consumed: 20_000,
      tally: { processed: 16_000, filtered: 2000, expired: 0, deadLetter: 2000 },
      abandoned: 0,
      inFlight: 0,
      reasons: { 'not-json': 2000 },
      rules: { unwanted: 2000 }
    })
    expect(stage.committed()).toEqual(stage.ends())
  })

  test('stopped in the middle drains what it has, and the next one goes on where it ended', async () => {
    const stage = stageWith(4)
    stage.put(6000, mixed)
    const first = stage.start()
    await until(() => settledOf(first.processor.snapshot()) > 1000)
    first.processor.stop()
    expect(await first.run).toEqual({ drained: true })
    const { consumed, inFlight, abandoned } = first.processor.snapshot()
    expect([inFlight, abandoned, consumed < 6000]).toEqual([0, 0, true])

    const second = stage.start()
    await until(() => settledOf(second.processor.snapshot()) === 6000 - consumed)
    second.processor.stop()
    await second.run
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('that fails repeats no more than what it had not committed', async () => {
    const stage = stageWith(4)
    stage.put(6000, mixed)
    const first = stage.start()
    await until(() => settledOf(first.processor.snapshot()) > 1000)
    first.consumer.fail(-150, 'fenced')
    await expect(first.run).rejects.toThrow('fenced')
    const { consumed } = first.processor.snapshot()
    const committed = stage.committed().reduce((sum, offset) => sum + offset, 0)

    const second = stage.start()
    await until(() => settledOf(second.processor.snapshot()) === 6000 - committed)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows(), { replays: 1 })
    expectBoundedDuplicates(stage.rows(), consumed - committed)
  })

  test('lag becomes 0 behind the last offset, be it a marker', async () => {
    const stage = stageWith(1)
    stage.put(10)
    stage.cluster.log({ topic: 'probes', partition: 0 }).skip(3)
    const { processor } = stage.start()
    await until(() => settledOf(processor.snapshot()) === 10 && processor.snapshot().lag === 0)
    await until(() => stage.committed()[0] === 13)
    expect(processor.snapshot()).toMatchObject({ consumed: 10, lag: 0 })
  })

  test('balances at every moment', async () => {
    const stage = stageWith(3)
    stage.put(3000, mixed)
    const { processor } = stage.start()
    await until(() => {
      expectBalanced(processor.snapshot())
      return settledOf(processor.snapshot()) === 3000
    })
  })
})

describe('a stop', () => {
  test('before it has started ends it without joining the group', async () => {
    const stage = stageWith(1)
    stage.put(10)
    const { run, processor, consumer } = stage.start()
    processor.stop()
    expect(await run).toEqual({ drained: true })
    expect([processor.state, consumer.subscription, processor.snapshot().consumed]).toEqual(['stopped', [], 0])
  })

  test('with no partition ends at once', async () => {
    const stage = stageWith(1)
    const { run, processor } = stage.start({ inputTopic: 'none-of-these' })
    await until(() => processor.state === 'running')
    processor.stop()
    expect(await run).toEqual({ drained: true })
  })

  test('twice is one stop', async () => {
    const stage = stageWith(1)
    stage.put(100)
    const { run, processor } = stage.start()
    await until(() => settledOf(processor.snapshot()) === 100)
    processor.stop()
    processor.stop()
    expect(await run).toEqual({ drained: true })
  })
})
