import { parseEnv } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BENCH_PREFIX } from '../../src/benchmark/bench-topics.ts'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import { millrace, MillraceCommand } from '../kafka/millrace-command.ts'
import { settle } from '../kafka/running-processor.ts'
import { brokers, describeOnKafka, TestKafka, type TestTopics, uniqueName } from '../kafka/test-kafka.ts'
import { until } from '../kafka/until.ts'
import { login } from './user-login-cases.ts'

const RECORDS = 40

describeOnKafka('millrace bench', { concurrent: true }, () => {
  let kafka: TestKafka
  let admin: ConfluentAdmin
  beforeAll(async () => {
    kafka = await TestKafka.connect()
    admin = new ConfluentAdmin({ 'bootstrap.servers': brokers })
    await admin.connect()
  })
  afterAll(() => Promise.all([kafka.disconnect(), admin.disconnect()]))

  /** Half of them processed, so that there is something that a bench could spoil. */
  async function used(): Promise<TestTopics> {
    const topics = await kafka.createTopics({ partitions: 2 })
    const records = Array.from({ length: RECORDS }, (_, number) => ({ partition: number % 2, value: login() }))
    await kafka.write(topics.input, records.slice(0, RECORDS / 2))
    await settle(topics.environment, RECORDS / 2)
    await kafka.write(topics.input, records.slice(RECORDS / 2))
    return topics
  }

  /** Everything of the user's. */
  async function stateOf(topics: TestTopics): Promise<object> {
    const counts = [topics.input, topics.processed, topics.deadLetters, topics.cleaned].map(topic => kafka.count(topic))
    return { counts: await Promise.all(counts), committed: await kafka.committedOffsets(topics.group, topics.input) }
  }

  /** What the bench that said this has left behind. */
  async function leftBy(stderr: string): Promise<string[]> {
    const tag = new RegExp(`${BENCH_PREFIX}[0-9a-f]+`).exec(stderr)?.[0]
    expect(tag).toBeDefined()
    return [...(await admin.partitionCounts()).keys()].filter(topic => topic.startsWith(tag!))
  }

  /** A topic is deleted somewhat before it is gone. */
  const untilGone = (stderr: string) => until('its topics are gone', async () => (await leftBy(stderr)).length === 0)

  test('measures, and leaves everything of the user as it was', async () => {
    const topics = await used()
    const before = await stateOf(topics)
    const { code, stdout, stderr } = await millrace(['bench', '--records', '5000', '--rate', '200', '--json'], {
      ...topics.environment,
      DELIVERY: 'exactly-once'
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(`the newest ${RECORDS} records`) })
    const { throughput, paced } = JSON.parse(stdout) as Record<string, Record<string, number>>
    expect(throughput.recordsPerSecond).toBeGreaterThan(0)
    expect(throughput.cpuUs).toBeGreaterThan(0)
    expect(throughput.peakBytes).toBeGreaterThan(10_000_000)
    expect(paced.latency).toMatchObject({ rows: expect.any(Number), p50: expect.any(Number) })
    expect(await stateOf(topics)).toEqual(before)
    await untilGone(stderr)
  })

  test('tunes within its time, prints an env file, and leaves everything of the user as it was', async () => {
    const topics = await used()
    const before = await stateOf(topics)
    const args = ['bench', '--tune', '--minutes', '0.4', '--records', '3000']
    const { code, stdout, stderr } = await millrace(args, topics.environment)
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('WORKERS') })
    expect(stdout).toMatch(/^# millrace bench --tune: \d+ trials of 3,000 records/)
    const tuned = ['WORKERS', 'SLAB_RECORDS', 'SLAB_BYTES', 'MAX_IN_FLIGHT_RECORDS', 'LINGER_MS']
    expect(Object.keys(parseEnv(stdout)).filter(name => !tuned.includes(name))).toEqual([])
    expect(await stateOf(topics)).toEqual(before)
    await untilGone(stderr)
  })

  test('that is interrupted ends its trial and removes its topics', async () => {
    const topics = await used()
    const bench = new MillraceCommand(['bench', '--tune', '--records', '3000'], topics.environment)
    await bench.until('a trial is under way', () => /trial \d/.test(bench.stderr))
    bench.signal('SIGTERM')
    const { code, stderr } = await bench.ended()
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('it was stopped before its end') })
    await untilGone(stderr)
  })

  test('an empty input is told, and what there is instead', async () => {
    const topics = await kafka.createTopics()
    const { code, stderr } = await millrace(['bench'], topics.environment)
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--samples') })
  })

  test('a pattern reads the topics that match; sample logins are none for another pipeline', async () => {
    const [{ environment }, word] = [await kafka.createTopics(), uniqueName('words')]
    const other = { ...environment, PIPELINE: './examples/shout/pipeline.ts', INPUT_TOPIC: `^${word}$` }
    const { code, stderr } = await millrace(['bench', '--samples'], other)
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--samples are logins') })
    await kafka.createTopic(word, { partitions: 1 })
    await kafka.write(word, [{ partition: 0, value: '{"word":"quiet"}' }])
    const measured = await millrace(['bench', '--records', '2000', '--rate', '100'], other)
    expect(measured).toMatchObject({ code: 0, stderr: expect.stringContaining('the newest 1 records') })
    expect(measured.stdout).toMatch(/rate +[\d,]+ records\/s, over a backlog of 2,000/)
  })
})
