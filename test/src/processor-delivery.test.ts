import { afterEach, describe, expect, test } from 'vitest'
import type { ProducedRow } from '../fake-kafka/cluster.ts'
import {
  closeStages,
  expectBalanced,
  mixed,
  partition,
  settledOf,
  type Stage,
  stageWith,
  until
} from '../fixtures/processor-stage.ts'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { firstsOf } from '../invariants/firsts.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { nameOf } from '../invariants/source.ts'

afterEach(closeStages)

const TOO_LARGE = { code: 10, message: 'message size too large' }
const BAD = 'refuse me'
const isBad = ({ value }: ProducedRow) => (value?.toString() ?? '').includes(BAD)
const notDead = ({ topic }: ProducedRow) => topic !== 'probes-dlq'

/** Runs until everything has settled and is committed, and stops. */
async function runToEnd(stage: Stage, raw: Record<string, string> = {}) {
  const { processor, run } = stage.start(raw)
  const done = () => stage.committed().every((offset, at) => offset === stage.ends()[at])
  await until(() => done() || processor.state === 'failed')
  expectBalanced(processor.snapshot())
  processor.stop()
  expect(await run).toEqual({ drained: true })
  return processor.snapshot()
}

const deadAt = (stage: Stage) =>
  new Set(stage.rows().flatMap(({ topic, source }) => (topic === 'probes-dlq' ? nameOf(source) : [])))

describe('at least once, a record whose output the brokers refuse', () => {
  test('becomes a dead letter, and no other record does, though all that was with it was refused too', async () => {
    const stage = stageWith(3)
    stage.put(3000, seq => (seq % 1000 === 501 ? { seq, note: BAD } : { seq }))
    stage.cluster.refuse = row => (isBad(row) && notDead(row) ? TOO_LARGE : undefined)
    const { reasons } = await runToEnd(stage)
    expect(reasons).toEqual({ 'refused-by-broker': 3 })
    expect(deadAt(stage)).toEqual(new Set([501, 1501, 2501].map(seq => nameOf(stage.inputs[seq]))))
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(firstsOf(stage.rows()))
  })

  test('several of them in a row, and at the ends of their partition', async () => {
    const stage = stageWith(1)
    const bad = new Set([0, 1, 2, 77, 78, 299])
    stage.put(300, seq => (bad.has(seq) ? { seq, note: BAD } : { seq }))
    stage.cluster.refuse = row => (isBad(row) && notDead(row) ? TOO_LARGE : undefined)
    await runToEnd(stage)
    expect(deadAt(stage)).toEqual(new Set([...bad].map(seq => nameOf(stage.inputs[seq]))))
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(firstsOf(stage.rows()))
  })

  test('goes without its value where the dead-letter topic refuses it with it', async () => {
    const stage = stageWith(1)
    stage.put(100, seq => (seq === 50 ? { seq, note: BAD } : { seq }))
    stage.cluster.refuse = row => (isBad(row) ? TOO_LARGE : undefined)
    await runToEnd(stage)
    const letters = [0, 1, 2, 3].flatMap(at => stage.cluster.log({ topic: 'probes-dlq', partition: at }).records)
    expect(letters).toHaveLength(1)
    expect(letters[0].value).toBeNull()
    const headers = new Map(letters[0].headers.map(({ name, value }) => [name, value.toString()]))
    expect(headers.get('__connect.errors.exception.class.name')).toBe('millrace.refused-by-broker')
    expect(Number(headers.get('millrace.omitted.bytes'))).toBeGreaterThan(0)
    expectNoLoss(stage.rows(), stage.inputs)
  })

  test('ends the processor where its dead letter is refused even so: it is never taken for settled', async () => {
    const stage = stageWith(1)
    stage.put(100, seq => (seq === 50 ? { seq, note: BAD } : { seq }))
    stage.cluster.refuse = row => (isBad(row) || !notDead(row) ? TOO_LARGE : undefined)
    const { run } = stage.start()
    await expect(run).rejects.toThrow('the brokers refused output of probes/0: message size too large (code 10)')
    expect(stage.committed()[0]).toBeLessThanOrEqual(50)
  })
})

describe('at least once, output that is not delivered in time', () => {
  test('comes again, in order, and nothing is lost', async () => {
    const stage = stageWith(3)
    stage.put(3000)
    stage.cluster.holdAcknowledgements()
    const { processor, producer, run } = stage.start()
    await until(() => processor.snapshot().inFlight === 512 && producer.outstanding > 20)
    for (const at of [0, 1, 2, 3]) stage.cluster.timeOut({ topic: 'first-out', partition: at }, at === 2)
    stage.cluster.releaseAcknowledgements()
    await until(() => stage.committed().every((offset, at) => offset === stage.ends()[at]))
    expectBalanced(processor.snapshot())
    expect(processor.snapshot().abandoned).toBeGreaterThan(0)
    processor.stop()
    expect(await run).toEqual({ drained: true })
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(firstsOf(stage.rows()))
  })

  test('while the partition is on its way to another member: that one reads it again', async () => {
    const stage = stageWith(2)
    stage.put(600)
    stage.cluster.holdAcknowledgements()
    const first = stage.start()
    await until(() => first.processor.snapshot().inFlight === 512 && first.producer.outstanding > 20)
    const second = stage.start()
    stage.move([partition(0)], second)
    await until(() => first.told.includes('partitions revoked: draining them'))
    for (const at of [0, 1, 2, 3]) stage.cluster.timeOut({ topic: 'first-out', partition: at }, false)
    stage.cluster.releaseAcknowledgements()
    await until(() => settledOf(first.processor.snapshot()) + settledOf(second.processor.snapshot()) >= 600)
    await until(() => stage.committed().every((offset, at) => offset === stage.ends()[at]))
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(firstsOf(stage.rows()))
  })
})

describe('exactly once', () => {
  const exactly = { delivery: 'exactly-once', transactionMs: '20' }

  test('everything comes out once and in order, in transactions that carry the offsets', async () => {
    const stage = stageWith(3)
    stage.put(3000, mixed)
    const { tally } = await runToEnd(stage, exactly)
    expect(tally.processed + tally.filtered + tally.deadLetter).toBe(3000)
    expect(stage.cluster.transactions.committed).toBeGreaterThan(3)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('a transaction that can not be committed is read again, whether or not it was committed after all', async () => {
    const stage = stageWith(3)
    stage.put(3000, mixed)
    for (const committed of [false, true, false, true]) {
      stage.cluster.transactionErrors.push({ code: -195, message: 'the coordinator went away', committed })
    }
    const { abandoned } = await runToEnd(stage, exactly)
    expect(abandoned).toBeGreaterThan(0)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('a producer that is fenced goes on under a new one, and the process with it', async () => {
    const stage = stageWith(2)
    stage.put(2000, mixed)
    const { processor, run, told } = stage.start(exactly)
    await until(() => settledOf(processor.snapshot()) > 300)
    stage.cluster.fence()
    await until(() => stage.committed().every((offset, at) => offset === stage.ends()[at]))
    processor.stop()
    expect(await run).toEqual({ drained: true })
    expect(told).toContain('the transaction is aborted; what was in it is read again')
    expectNoLoss(stage.rows(), stage.inputs)
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('brokers that are away are waited for, and all goes on', async () => {
    const stage = stageWith(2)
    stage.put(2000, mixed)
    const { processor, told } = stage.start(exactly)
    await until(() => settledOf(processor.snapshot()) > 100)
    stage.cluster.fence()
    stage.cluster.down = 'nobody there'
    await until(() => told.some(line => line.includes('can not be aborted')))
    stage.cluster.down = undefined
    await until(() => stage.committed().every((offset, at) => offset === stage.ends()[at]))
    expectNoLoss(stage.rows(), stage.inputs)
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('a record whose output the brokers refuse becomes a dead letter, and no other does', async () => {
    const stage = stageWith(3)
    const bad = new Set([17, 18, 1100, 2999])
    stage.put(3000, seq => (bad.has(seq) ? { seq, note: BAD } : { seq }))
    stage.cluster.refuse = row => (isBad(row) && notDead(row) ? TOO_LARGE : undefined)
    const { reasons } = await runToEnd(stage, exactly)
    expect(reasons).toEqual({ 'refused-by-broker': 4 })
    expect(deadAt(stage)).toEqual(new Set([...bad].map(seq => nameOf(stage.inputs[seq]))))
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('partitions that move are committed before they are given back, and repeat nothing', async () => {
    const stage = stageWith(4)
    stage.put(4000)
    const first = stage.start(exactly)
    await until(() => settledOf(first.processor.snapshot()) > 500)
    const second = stage.start(exactly)
    await until(() => second.processor.snapshot().partitions === 2)
    await until(() => stage.committed().every((offset, at) => offset === stage.ends()[at]))
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('a partition that is lost takes its part of the open transaction with it', async () => {
    const stage = stageWith(2)
    stage.put(2000)
    const first = stage.start({ ...exactly, transactionMs: '60000', maxInFlightRecords: '4096' })
    await until(() => first.processor.snapshot().consumed > 100)
    first.consumer.expire()
    await until(() => first.told.some(line => line.startsWith('partitions lost')))
    first.processor.stop()
    const second = stage.start(exactly)
    await until(() => stage.committed().every((offset, at) => offset === stage.ends()[at]))
    expect(settledOf(second.processor.snapshot())).toBeGreaterThan(0)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })
})
