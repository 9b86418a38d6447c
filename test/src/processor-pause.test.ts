import { afterEach, describe, expect, test } from 'vitest'
import { closeStages, partition, settledOf, stageWith, until } from '../fixtures/processor-stage.ts'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'

afterEach(closeStages)

describe('a paused partition', () => {
  test('finishes what it has begun, is read no further, and goes on where it was', async () => {
    const stage = stageWith(2)
    stage.put(2000)
    const { processor } = stage.start()
    await until(() => settledOf(processor.snapshot()) > 100)
    processor.pause([partition(0)])
    await until(() => stage.committed()[1] === 1000 && processor.snapshot().inFlight === 0)
    stage.put(2000)
    await until(() => stage.committed()[1] === 2000)
    expect(stage.committed()[0]).toBeLessThanOrEqual(1000)
    const snapshot = processor.snapshot()
    expect(snapshot).toMatchObject({ state: 'running', paused: [partition(0)], inFlight: 0 })
    expect(snapshot.lag).toBeGreaterThanOrEqual(1000)
    expect(processor.partitions()).toMatchObject([
      { ...partition(0), paused: true, endOffset: 2000 },
      { ...partition(1), paused: false, frontier: 2000, committed: 2000, inFlight: 0, oldest: undefined }
    ])

    expect(processor.resume()).toEqual({ held: false, partitions: [partition(0)] })
    await until(() => stage.committed()[0] === 2000)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('is not paused any more when it has been away', async () => {
    const stage = stageWith(2)
    const one = stage.start()
    await until(() => one.processor.snapshot().partitions === 2)
    one.processor.pause([partition(0), partition(1)])
    const other = stage.start()
    stage.move([partition(0)], other)
    await until(() => other.processor.snapshot().partitions === 1)
    await until(() => one.processor.snapshot().paused.length === 1)
    stage.put(100)
    await until(() => stage.committed()[0] === 50)
    stage.move([partition(0)], one)
    await until(() => one.processor.snapshot().partitions === 2)
    stage.put(100)
    await until(() => stage.committed()[0] === 100)
    expect([one.processor.snapshot().paused, stage.committed()[1]]).toEqual([[partition(1)], 0])
  })

  test('does not keep the process from a clean stop', async () => {
    const stage = stageWith(2)
    stage.put(1000)
    const { processor, run } = stage.start()
    await until(() => processor.snapshot().partitions === 2)
    processor.pause([partition(1)])
    await until(() => stage.committed()[0] === 500)
    processor.stop()
    expect(await run).toEqual({ drained: true })
  })

  test('that is not ours is refused', async () => {
    const stage = stageWith(1)
    const { processor } = stage.start()
    await until(() => processor.snapshot().partitions === 1)
    expect(() => processor.pause([partition(0), partition(9)])).toThrow('not assigned to this process: probes/9')
    expect(processor.snapshot().paused).toEqual([])
  })
})
