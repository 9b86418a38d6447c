import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { settle } from '../kafka/running-processor.ts'
import { describeOnKafka, TestKafka } from '../kafka/test-kafka.ts'
import { Killers } from './killers.ts'

const RECORDS = 6000
const PARTITIONS = 3

describeOnKafka('records that kill their worker thread', () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test.each(['at-least-once', 'exactly-once'])('%s: become dead letters, and cost nothing else', async DELIVERY => {
    const acts = { 0: 'hang', 700: 'exit', 701: 'exit', 2900: 'hang', 4000: 'hoard', 5999: 'exit' } as const
    const killers = await Killers.write(kafka, RECORDS, PARTITIONS, acts)
    const settings = { RECORD_DEADLINE_MS: '1000', WORKERS: '2', SLAB_RECORDS: '256', DELIVERY }
    const snapshot = await settle({ ...killers.environment, ...settings }, RECORDS)

    expect(snapshot).toMatchObject({ consumed: RECORDS, inFlight: 0, abandoned: 0, drained: true })
    expect(await killers.convicted()).toEqual(
      Object.fromEntries(Object.keys(acts).map(number => [number, 'killed-worker']))
    )
    expect(await killers.finished()).toBe(true)
    const rows = await killers.rows()
    expectNoLoss(rows, killers.inputs)
    expectBoundedDuplicates(rows, 0)
    expectOrder(rows)
  })

  test('by something that they leave behind cost nothing else, whenever the thread dies of it', async () => {
    const killers = await Killers.write(kafka, RECORDS, PARTITIONS, { 100: 'later', 4000: 'later' })
    const snapshot = await settle({ ...killers.environment, WORKERS: '2', SLAB_RECORDS: '256' }, RECORDS)

    expect(snapshot).toMatchObject({ consumed: RECORDS, inFlight: 0, abandoned: 0, drained: true })
    expect([100, 4000]).toEqual(expect.arrayContaining(Object.keys(await killers.convicted()).map(Number)))
    const rows = await killers.rows()
    expectNoLoss(rows, killers.inputs)
    expectBoundedDuplicates(rows, 0)
    expectOrder(rows)
  })

  test('and can not be ended end the process, at once and whatever the thread does', async context => {
    const killers = await Killers.write(kafka, 100, 1, { 42: 'deaf' })
    const settings = { RECORD_DEADLINE_MS: '500', LOG_LEVEL: 'info' }
    const processor = new ChildProcessor({ ...killers.environment, ...settings })
    context.onTestFinished(() => processor.kill())
    expect(await processor.ended()).toEqual({ code: 1, signal: null })
    expect(processor.stderr).toContain(
      `a worker thread hangs at ${killers.topics.input}/0 offset 42 and can not be ended`
    )
  })
})
