import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunningProcessor } from '../kafka/running-processor.ts'
import { brokers, describeOnKafka, TestKafka, uniqueName, type TestTopics } from '../kafka/test-kafka.ts'
import { TopicWriter, type NewRecord } from '../kafka/topic-writer.ts'
import { until } from '../kafka/until.ts'
import { login } from './user-login-cases.ts'

/** Ends of transactions are records too, which nobody reads. */
const MARKER = 1

describeOnKafka('offsets at the end of a partition', () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test('aborted records are not read, and transaction markers leave no lag', async () => {
    const topics = await kafka.createTopics({ partitions: 3 })
    const writer = await TopicWriter.connect(brokers, { transactionalId: uniqueName('test') })
    await writer.transaction('commit', topics.input, [...loginsOf(0, 'a', 'b'), ...loginsOf(1, 'c')])
    await writer.transaction('abort', topics.input, [...loginsOf(0, 'x'), ...loginsOf(2, 'y', 'z')])
    await writer.disconnect()
    // The broker answers before it has written the markers.
    const ends = [2 + MARKER + 1 + MARKER, 1 + MARKER, 2 + MARKER]
    await until('the markers are there', async () => same(await kafka.endOffsets(topics.input), ends))

    const processor = await RunningProcessor.start(topics.environment)
    await processor.until('the end of every partition is committed', () => committed(topics, ends))
    expect(processor.snapshot).toMatchObject({ consumed: 3, lag: 0, partitions: 3 })
    await processor.stop()
    const keys = (await kafka.read(topics.processed)).map(({ key }) => String(key))
    expect(keys.sort()).toEqual(['a', 'b', 'c'])
  })

  test('an empty partition is committed at its beginning, one that was read at its end, and so after a restart', async () => {
    const topics = await kafka.createTopics({ partitions: 2 })
    await kafka.write(topics.input, loginsOf(1, 'a', 'b'))
    const first = await RunningProcessor.start(topics.environment)
    await first.until('both are committed', () => committed(topics, [0, 2]))
    expect(first.snapshot).toMatchObject({ consumed: 2, lag: 0 })
    expect(await first.stop()).toEqual({ drained: true })

    await kafka.write(topics.input, loginsOf(0, 'c'))
    const second = await RunningProcessor.start({ ...topics.environment, AUTO_OFFSET_RESET: 'error' })
    await second.until('the new one is committed too', () => committed(topics, [1, 2]))
    expect(second.snapshot).toMatchObject({ consumed: 1, lag: 0 })
    await second.stop()
  })

  async function committed({ group, input }: TestTopics, offsets: readonly number[]): Promise<boolean> {
    return same(await kafka.committedOffsets(group, input), offsets)
  }
})

function same(found: readonly number[], expected: readonly number[]): boolean {
  return found.every((offset, partition) => offset === expected[partition])
}

function loginsOf(partition: number, ...keys: readonly string[]): NewRecord[] {
  return keys.map(key => ({ key, partition, value: login() }))
}
