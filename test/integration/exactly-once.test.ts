import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { RunningProcessor } from '../kafka/running-processor.ts'
import { traceSamples, writeSamples } from '../kafka/samples.ts'
import { brokers, describeOnKafka, TestKafka, uniqueName } from '../kafka/test-kafka.ts'
import { TopicWriter } from '../kafka/topic-writer.ts'
import { InterruptedRun } from './interrupted-run.ts'
import { login } from './user-login-cases.ts'

const RECORDS = 30_000
/** Small transactions, so that a signal comes in the middle of one; one of a dead copy is soon aborted by the brokers. */
const exactly = { DELIVERY: 'exactly-once', TRANSACTION_MS: '100', TRANSACTION_TIMEOUT_MS: '6000', LINGER_MS: '5' }
const slowly = { MAX_IN_FLIGHT_RECORDS: '2000', SLAB_RECORDS: '128' }

describeOnKafka('DELIVERY=exactly-once', { concurrent: true }, () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test.for([
    ['SIGTERM', { code: 0, signal: null }],
    ['SIGKILL', { code: null, signal: 'SIGKILL' }]
  ] as const)('%s in mid-flight: each result is committed once, in order', async ([signal, end], context) => {
    const run = await InterruptedRun.prepare(kafka, context, RECORDS)
    const first = run.start({ ...exactly, ...slowly })
    await first.until('a part is done', async () => (await run.processed()) > RECORDS / 5)
    first.signal(signal)
    expect(await first.ended()).toEqual(end)
    await run.expectMidFlight()

    const { inputs, rows } = await run.finish(exactly)
    expectNoLoss(rows, inputs)
    expectBoundedDuplicates(rows, 0)
    expectOrder(rows)
  })

  test('a copy of the same INSTANCE_ID fences the other, which goes on under a new producer', async () => {
    const topics = await kafka.createTopics({ partitions: 2 })
    const settings = { ...topics.environment, ...exactly, INSTANCE_ID: 'twin' }
    const first = await RunningProcessor.start(settings)
    await first.until('it has its partitions', ({ snapshot }) => snapshot.partitions === 2)
    await writeSamples(topics.input, 1000)
    await first.untilSettled(1000)
    // Another one takes the name; it is no member of the group.
    const usurper = await TopicWriter.connect(brokers, { transactionalId: `${topics.group}-twin` })
    await writeSamples(topics.input, 1000, 2)
    await first.untilSettled(2000)
    expect(first.snapshot.abandoned).toBeGreaterThan(0)
    expect(await first.stop()).toEqual({ drained: true })
    await usurper.disconnect()

    const outputs = [...(await kafka.read(topics.processed)), ...(await kafka.read(topics.deadLetters))]
    expect(outputs).toHaveLength(2000)
  })

  test('reads what upstream has committed only, and its lag comes to 0', async () => {
    const topics = await kafka.createTopics({ partitions: 1 })
    const writer = await TopicWriter.connect(brokers, { transactionalId: uniqueName('test') })
    const logins = (...keys: string[]) => keys.map(key => ({ key, partition: 0, value: login() }))
    await writer.transaction('commit', topics.input, logins('a', 'b'))
    await writer.transaction('abort', topics.input, logins('x', 'y'))
    await writer.transaction('commit', topics.input, logins('c'))
    await writer.disconnect()

    const processor = await RunningProcessor.start({ ...topics.environment, ...exactly })
    await processor.untilSettled(3)
    await processor.until('its lag is 0', async ({ snapshot }) => {
      const [committed] = await kafka.committedOffsets(topics.group, topics.input)
      return snapshot.lag === 0 && committed === (await kafka.endOffsets(topics.input))[0]
    })
    expect(await processor.stop()).toEqual({ drained: true })
    expect((await kafka.read(topics.processed)).map(({ key }) => String(key))).toEqual(['a', 'b', 'c'])
  })

  test('every login has its outcome once, by the position of its source', async () => {
    const topics = await kafka.createTopics({ partitions: 4 }, { partitions: 3 })
    await writeSamples(topics.input, RECORDS, 5)
    const processor = await RunningProcessor.start({ ...topics.environment, DELIVERY: 'exactly-once' })
    await processor.untilSettled(RECORDS)
    expect(processor.snapshot).toMatchObject({ consumed: RECORDS, abandoned: 0 })
    expect(await processor.stop()).toEqual({ drained: true })
    const outputs = [...(await kafka.read(topics.processed)), ...(await kafka.read(topics.deadLetters))]
    const { inputs, rows } = traceSamples(await kafka.read(topics.input), outputs)
    expectNoLoss(rows, inputs)
    expectBoundedDuplicates(rows, 0)
    expectOrder(rows)
  })
})
