import { afterEach, describe, expect, test } from 'vitest'
import {
  closeStages,
  expectBalanced,
  mixed,
  partition,
  settledOf,
  stageWith,
  until
} from '../fixtures/processor-stage.ts'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'

afterEach(closeStages)

describe('a rebalance in mid-flight', () => {
  test('moves partitions away and back: nothing is lost, repeated or out of order', async () => {
    const stage = stageWith(4)
    stage.put(2000, mixed)
    const one = stage.start()
    await until(() => settledOf(one.processor.snapshot()) > 500)
    // So that the first can't be done before the second has started.
    stage.cluster.holdAcknowledgements()
    stage.put(6000, mixed)
    const moving = [partition(0), partition(1)]
    const other = stage.start()
    stage.move(moving, other)
    await until(() => one.told.includes('partitions revoked: draining them'))
    stage.cluster.releaseAcknowledgements()
    await until(() => other.processor.snapshot().partitions === 2)
    await until(() => settledOf(other.processor.snapshot()) > 300)
    stage.move(moving, one)
    await until(() => one.processor.snapshot().partitions === 4)
    stage.put(2000, mixed)
    await until(() => settledOf(one.processor.snapshot()) + settledOf(other.processor.snapshot()) === 10_000)

    for (const { processor } of [one, other]) expectBalanced(processor.snapshot())
    expect(one.processor.snapshot().abandoned + other.processor.snapshot().abandoned).toBe(0)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('that finds no free slab is heard all the same, and answered once what is in flight has drained', async () => {
    const stage = stageWith(2)
    stage.put(4000)
    stage.cluster.holdAcknowledgements()
    const one = stage.start()
    await until(() => one.processor.snapshot().inFlight === 512)
    const other = stage.start()
    stage.move([partition(0)], other)
    await until(() => one.told.includes('partitions revoked: draining them'))
    expect(one.processor.snapshot()).toMatchObject({ inFlight: 512, partitions: 2 })
    stage.cluster.releaseAcknowledgements()
    await until(() => other.processor.snapshot().partitions === 1)
    await until(() => settledOf(one.processor.snapshot()) + settledOf(other.processor.snapshot()) === 4000)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('whose drain runs out of time gives the partition back, and abandons what is in flight', async () => {
    const stage = stageWith(2)
    stage.put(2000)
    stage.cluster.holdAcknowledgements()
    const one = stage.start({ drainTimeoutMs: '100' })
    await until(() => one.processor.snapshot().inFlight === 512)
    const other = stage.start()
    stage.move([partition(0)], other)
    await until(() => other.processor.snapshot().partitions === 1)
    const { abandoned } = one.processor.snapshot()
    expect(abandoned).toBeGreaterThan(0)
    expectBalanced(one.processor.snapshot())
    stage.cluster.releaseAcknowledgements()
    await until(() => settledOf(one.processor.snapshot()) + settledOf(other.processor.snapshot()) === 2000)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows(), { replays: 1 })
    expectBoundedDuplicates(stage.rows(), abandoned)
  })

  test('in which everything is lost commits nothing of it, and reads it again', async () => {
    const stage = stageWith(2)
    stage.put(2000)
    const { processor, consumer } = stage.start()
    await until(() => settledOf(processor.snapshot()) > 300)
    consumer.expire()
    await until(() => stage.committed().join() === stage.ends().join())
    const snapshot = processor.snapshot()
    expectBalanced(snapshot)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows(), { replays: 1 })
    expectBoundedDuplicates(stage.rows(), snapshot.consumed - 2000)
  })
})
