import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import { millrace } from '../kafka/millrace-command.ts'
import { RunningProcessor, settle } from '../kafka/running-processor.ts'
import { brokers, describeOnKafka, TestKafka, type TestTopics } from '../kafka/test-kafka.ts'
import { login } from './user-login-cases.ts'

const FIRST_MS = Date.UTC(2026, 0, 1)
const RECORDS = 30

describeOnKafka('millrace seek', { concurrent: true }, () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  /** Two partitions of fifteen records, a minute apart, all of them processed. */
  async function processed(): Promise<TestTopics> {
    const topics = await kafka.createTopics({ partitions: 2 })
    const records = Array.from({ length: RECORDS }, (_, number) => {
      return { partition: number % 2, value: login(), timestampMs: FIRST_MS + number * 60_000 }
    })
    await kafka.write(topics.input, records)
    await settle(topics.environment, RECORDS)
    return topics
  }

  const seek = (topics: TestTopics, ...args: string[]) => millrace(['seek', ...args], topics.environment)
  const offsets = (topics: TestTopics) => kafka.committedOffsets(topics.group, topics.input)

  test('says what it would do, and changes nothing without --execute', async () => {
    const topics = await processed()
    const { code, stdout } = await seek(topics, '--to-earliest')
    expect(code).toBe(0)
    expect(stdout).toContain(`group ${topics.group}, stopped`)
    for (const partition of [0, 1]) {
      expect(stdout).toMatch(new RegExp(`${topics.input}/${partition} +15 +0 {2}15 again\n`))
    }
    expect(stdout).toContain('together: up to 30 records again, up to 0 left out')
    expect(stdout).toContain('--execute')
    expect(await offsets(topics)).toEqual([15, 15])
  })

  test('moves every partition, or those that are named, and the processor goes on from there', async () => {
    const topics = await processed()
    expect((await seek(topics, '--to-earliest', '--partition', '1', '--execute')).code).toBe(0)
    expect(await offsets(topics)).toEqual([15, 0])
    expect((await settle(topics.environment, 15)).consumed).toBe(15)
    expect(await offsets(topics)).toEqual([15, 15])

    expect((await seek(topics, '--to-offset', '10', '--topic', topics.input, '--execute')).code).toBe(0)
    expect(await offsets(topics)).toEqual([10, 10])
    expect((await seek(topics, '--to-latest', '--execute')).stdout).toContain('5 left out')
    expect(await offsets(topics)).toEqual([15, 15])
  })

  test('to a time: the first record that is not older, in each partition', async () => {
    const topics = await processed()
    const at = new Date(FIRST_MS + 20.5 * 60_000).toISOString()
    expect((await seek(topics, '--to-time', at, '--execute')).code).toBe(0)
    // Number 21 stands at offset 10 of partition 1, number 22 at offset 11 of partition 0.
    expect(await offsets(topics)).toEqual([11, 10])
    const { stdout } = await seek(topics, '--to-time', '2038-01-01', '--execute')
    expect(stdout).toContain(`${topics.input}/1: nothing is that new, so to the end\n`)
    expect(await offsets(topics)).toEqual([15, 15])
  })

  test('what is out of range goes as far as there is, with a word', async () => {
    const topics = await processed()
    const { code, stdout } = await seek(topics, '--to-offset', '1000', '--execute')
    expect(code).toBe(0)
    expect(stdout).toContain(`${topics.input}/0: there is no offset 1000 yet, so to the end\n`)
    expect(await offsets(topics)).toEqual([15, 15])
  })

  test('a group that has committed nothing is moved from where it would begin', async () => {
    const topics = await kafka.createTopics({ partitions: 1 })
    await kafka.write(topics.input, [{ value: login() }, { value: login() }])
    const { stdout } = await seek(topics, '--to-offset', '1', '--execute')
    expect(stdout).toContain('1 left out')
    expect((await settle(topics.environment, 1)).consumed).toBe(1)
  })

  test('what stood beside the old offset is gone with it', async () => {
    const topics = await kafka.createTopics({ partitions: 1 })
    await kafka.write(topics.input, [{ value: login() }])
    const admin = new ConfluentAdmin({ 'bootstrap.servers': brokers })
    await admin.connect()
    const place = { topic: topics.input, partition: 0 }
    await admin.setCommittedOffsets(topics.group, [{ ...place, offset: 0, metadata: 'attempts' } as never])
    expect((await admin.committedOffsets(topics.group, [place]))[0].metadata).toBe('attempts')
    await seek(topics, '--to-latest', '--execute')
    expect(await admin.committedOffsets(topics.group, [place])).toEqual([{ ...place, offset: 1, metadata: '' }])
    await admin.disconnect()
  })

  test('while the group runs it says so, and refuses', async () => {
    const topics = await processed()
    const processor = await RunningProcessor.start(topics.environment)
    await processor.until('it has partitions', ({ snapshot }) => snapshot.partitions === 2)
    const dry = await seek(topics, '--to-earliest')
    expect(dry.code).toBe(0)
    expect(dry.stdout).toContain('1 running')
    const { code, stderr } = await seek(topics, '--to-earliest', '--execute')
    expect(code).toBe(1)
    expect(stderr).toContain(`group ${topics.group} has a member: stop`)
    await processor.stop()
    expect(await offsets(topics)).toEqual([15, 15])
  })

  test('and if it begins to run in between, the broker refuses', async () => {
    const topics = await processed()
    const admin = new ConfluentAdmin({ 'bootstrap.servers': brokers })
    await admin.connect()
    const processor = await RunningProcessor.start(topics.environment)
    await processor.until('it has partitions', ({ snapshot }) => snapshot.partitions === 2)
    const offset = { topic: topics.input, partition: 0, offset: 3 }
    await expect(admin.setCommittedOffsets(topics.group, [offset])).rejects.toThrow('Unknown member')
    await processor.stop()
    await admin.disconnect()
    expect(await offsets(topics)).toEqual([15, 15])
  })

  test('topics and partitions that there are not, or that the group does not read, are named', async () => {
    const topics = await kafka.createTopics({ partitions: 2 })
    const wrong = await seek(topics, '--to-latest', '--topic', topics.processed)
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`does not read topic "${topics.processed}"`) as string
    })
    const missing = await seek(topics, '--to-latest', '--partition', '0,7')
    expect(missing).toMatchObject({ code: 1, stderr: 'millrace seek: there is no partition 7\n' })
  })
})
