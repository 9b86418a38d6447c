import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findJava } from '../../scripts/broker/java.ts'
import { libsDirOf } from '../../scripts/broker/kafka-kind.ts'
import { startKafka, type RunningKafka } from '../../scripts/broker/kafka-process.ts'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { firstsOf } from '../invariants/firsts.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { RunningProcessor } from '../kafka/running-processor.ts'
import { traceSamples, writeSamples } from '../kafka/samples.ts'
import { slowPace } from '../kafka/slow-pace.ts'
import { describeOnKafka, type Environment, TestKafka } from '../kafka/test-kafka.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const RECORDS = 60_000

/**
 * How long the broker is away, and how long output may take: so that rows do run out of time. `make test-full` takes two
 * minutes and the default of DELIVERY_TIMEOUT_MS.
 */
const GONE_MS = Number(process.env.BROKER_GONE_MS ?? 8000)
const settings: Environment = process.env.BROKER_GONE_MS === undefined ? { DELIVERY_TIMEOUT_MS: '3000' } : {}

/** The one that is to die is a process of this machine. */
const describeOnJava = (await findJava()) ? describeOnKafka : describeOnKafka.skip

describeOnJava(`a broker that is away for ${GONE_MS} ms`, { timeout: 180_000 + 2 * GONE_MS }, () => {
  let broker: RunningKafka
  let kafka: TestKafka
  const start = () => {
    const dir = join(ROOT, '.test', `kafka-${process.pid}-gone`)
    const port = broker && { port: broker.port }
    return startKafka({ dir, libsDir: libsDirOf(join(ROOT, '.kafka')), startTimeoutMs: 120_000, ...port })
  }
  beforeAll(async () => {
    broker = await start()
    kafka = await TestKafka.connect(broker.bootstrap)
  })
  afterAll(async () => {
    await kafka.disconnect()
    await broker.kill()
  })

  test.for(['at-least-once', 'exactly-once'])('%s: all goes on when it is back', async delivery => {
    const topics = await kafka.createTopics({ partitions: 3 })
    await writeSamples(topics.input, RECORDS, 1, broker.bootstrap)
    const processor = await RunningProcessor.start({
      ...topics.environment,
      ...slowPace(50),
      ...settings,
      DELIVERY: delivery,
      TRANSACTION_TIMEOUT_MS: '10000'
    })
    await processor.untilSettled(RECORDS / 6)
    await broker.kill()
    expect(processor.settled).toBeLessThan(RECORDS)
    await sleep(GONE_MS)
    broker = await start()
    // The processor is asked and not the broker: an admin client that has seen the broker die may not be of use any more.
    await processor.until('everything has settled', ({ snapshot }) => {
      return processor.settled >= RECORDS && snapshot.lag === 0 && snapshot.inFlight === 0
    })
    expect(await processor.stop()).toEqual({ drained: true })

    const outputs = [...(await kafka.read(topics.processed)), ...(await kafka.read(topics.deadLetters))]
    const { inputs, rows } = traceSamples(await kafka.read(topics.input), outputs)
    expectNoLoss(rows, inputs)
    expectOrder(firstsOf(rows))
    if (delivery === 'exactly-once') expectBoundedDuplicates(rows, 0)
  })
})
