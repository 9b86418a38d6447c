import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { MAIN_ONLY, closeStages, settledOf, stageWith, until } from '../fixtures/processor-stage.ts'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { temporaryDir } from '../scripts/temporary-dir.ts'

afterEach(closeStages)

describe('a worker that dies', () => {
  test('costs nothing: its records run again', async () => {
    const stage = stageWith(3)
    const marker = join(temporaryDir(), 'marker')
    stage.put(3000, seq => (seq === 1501 ? { seq, act: 'die once', note: marker } : { seq }))
    const { processor, run } = stage.start()
    await until(() => settledOf(processor.snapshot()) === 3000)
    processor.stop()
    expect(await run).toEqual({ drained: true })
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('of the same record twice makes a dead letter of it, whether it ends the thread, hangs or fills the heap', async () => {
    const acts = ['die', 'hang', 'exhaust the heap']
    const stage = stageWith(3)
    stage.put(3000, seq => (seq % 1000 === 700 ? { seq, act: acts[Math.floor(seq / 1000)] } : { seq }))
    const { processor, run, told } = stage.start({ recordDeadlineMs: '500' })
    await until(() => settledOf(processor.snapshot()) === 3000)
    expect(processor.snapshot()).toMatchObject({ tally: { deadLetter: 3 }, reasons: { 'killed-worker': 3 } })
    expect(told.filter(text => text.startsWith('this record kills its worker thread'))).toHaveLength(3)
    processor.stop()
    expect(await run).toEqual({ drained: true })
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })
})

describe('a record that leaves something behind which ends its thread', () => {
  test('costs others nothing, whichever of them the thread has begun by then', async () => {
    const stage = stageWith(3)
    stage.put(3000, seq => (seq % 2000 === 700 ? { seq, act: 'throw later' } : { seq }))
    const { processor, run } = stage.start()
    await until(() => settledOf(processor.snapshot()) === 3000)
    processor.stop()
    expect(await run).toEqual({ drained: true })
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
    const { reasons } = processor.snapshot()
    expect(reasons['killed-worker'] ?? 0).toBeLessThanOrEqual(2)
  })
})

describe('a slow broker', () => {
  test('holds the pipeline: no more is in flight than may be, and all of it settles in the end', async () => {
    const stage = stageWith(3)
    stage.put(3000)
    stage.cluster.queueRows = 100
    stage.cluster.holdAcknowledgements()
    const { processor } = stage.start()
    await until(() => processor.snapshot().inFlight === 512)
    expect(processor.snapshot()).toMatchObject({ consumed: 512, tally: { processed: 0 } })
    stage.cluster.releaseAcknowledgements()
    await until(() => settledOf(processor.snapshot()) === 3000)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('that keeps a stop from draining: it ends at the deadline and says so', async () => {
    const stage = stageWith(2)
    stage.put(1000)
    stage.cluster.holdAcknowledgements()
    const { processor, run } = stage.start({ drainTimeoutMs: '100' })
    await until(() => processor.snapshot().inFlight === 512)
    processor.stop()
    expect(await run).toEqual({ drained: false })
    expect(processor.snapshot()).toMatchObject({ state: 'stopped', inFlight: 0, abandoned: 512, consumed: 512 })
    expect(stage.committed()).toEqual([0, 0])
  })
})

describe('a stop that a slow record keeps from draining', () => {
  test('ends at the deadline, and takes the threads that it ends itself for no accident', async () => {
    const stage = stageWith(1)
    stage.put(1, seq => ({ seq, act: 'spin', note: '60000' }))
    const { processor, run, told } = stage.start({ drainTimeoutMs: '100' })
    await until(() => processor.snapshot().inFlight === 1)
    processor.stop()
    expect(await run).toEqual({ drained: false })
    expect(told).toContain(
      'the drain ran out of time: what is in flight is abandoned and read again (DRAIN_TIMEOUT_MS)'
    )
    expect(told).not.toContain('a worker thread died; its records run again on another')
  })
})

describe('what can not go on', () => {
  test('a worker thread that hangs and can not be ended', async () => {
    const stage = stageWith(1)
    stage.put(100, seq => (seq === 42 ? { seq, act: 'be deaf', note: '8' } : { seq }))
    const { run, processor } = stage.start({ recordDeadlineMs: '300' })
    await expect(run).rejects.toThrow('a worker thread hangs at probes/0 offset 42 and can not be ended')
    expect([processor.state, processor.unclosed, stage.committed()]).toEqual(['failed', true, [0]])
  })

  test('worker threads that do not start', async () => {
    const stage = stageWith(1)
    stage.put(10)
    const { run } = stage.start({ pipeline: MAIN_ONLY })
    await expect(run).rejects.toThrow('a worker thread could not start: this pipeline loads in the main thread only')
  })

  test('an output that we may not write to', async () => {
    const stage = stageWith(1)
    stage.put(100)
    stage.cluster.refuse = ({ topic }) => (topic === 'first-out' ? { code: 29, message: 'not authorized' } : undefined)
    const { run, processor } = stage.start()
    await expect(run).rejects.toThrow('the brokers refused output of probes/0: not authorized (code 29)')
    expect([processor.state, stage.committed()]).toEqual(['failed', [0]])
  })

  test('a consumer that has failed for good', async () => {
    const stage = stageWith(1)
    const { run, processor, consumer } = stage.start()
    await until(() => processor.state === 'running')
    consumer.fail(-150, 'fenced')
    await expect(run).rejects.toThrow('the consumer failed: fenced (code -150)')
  })

  test('a broker that is not there', async () => {
    const stage = stageWith(1)
    stage.cluster.down = 'connection refused'
    const { run, processor } = stage.start()
    await expect(run).rejects.toThrow('connection refused')
    expect(processor.state).toBe('failed')
  })
})
