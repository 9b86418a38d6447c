import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findJava } from '../../scripts/broker/java.ts'
import { libsDirOf } from '../../scripts/broker/kafka-kind.ts'
import { startKafka, type RunningKafka } from '../../scripts/broker/kafka-process.ts'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { describeOnKafka, TestKafka } from '../kafka/test-kafka.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** The one that is to fall silent is a process of this machine. */
const describeOnJava = (await findJava()) ? describeOnKafka : describeOnKafka.skip

describeOnJava('a broker that has stopped answering', () => {
  let broker: RunningKafka
  let kafka: TestKafka
  beforeAll(async () => {
    // One of its own: a broker that is stopped in the middle of a word is no use to other tests.
    const dir = join(ROOT, '.test', `kafka-${process.pid}-silent`)
    broker = await startKafka({ dir, libsDir: libsDirOf(join(ROOT, '.kafka')), startTimeoutMs: 120_000 })
    kafka = await TestKafka.connect(broker.bootstrap)
  })
  afterAll(async () => {
    process.kill(broker.pid, 'SIGCONT')
    await kafka.disconnect()
    await broker.kill()
  })

  test('does not keep a stopped processor from ending: exit code 3, as it could not commit', async context => {
    const { environment, input, deadLetters } = await kafka.createTopics()
    const drain = { DRAIN_TIMEOUT_MS: '2000', RECORD_DEADLINE_MS: '900' }
    const processor = new ChildProcessor({ ...environment, ...drain, COMMIT_INTERVAL_MS: '60000' })
    context.onTestFinished(() => processor.kill())
    await kafka.write(input, [{ key: 'k', value: '{}' }])
    await processor.until('the record is a dead letter', async () => (await kafka.count(deadLetters)) > 0)

    process.kill(broker.pid, 'SIGSTOP')
    // It stays silent: a processor that waits for it waits until the test runs out of time.
    expect(await processor.stop()).toEqual({ code: 3, signal: null })
  })
})
