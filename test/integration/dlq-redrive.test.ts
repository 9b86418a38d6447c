import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import type { DeadLetterWish } from '../fixtures/dead-letters.ts'
import { writeDeadLetters } from '../kafka/dead-letters.ts'
import { millrace, MillraceCommand } from '../kafka/millrace-command.ts'
import { describeOnKafka, TestKafka, uniqueName, type Environment, type TestTopics } from '../kafka/test-kafka.ts'
import { headerOf, type StoredRecord } from '../kafka/topic-reader.ts'

const PARTITIONS = 3
const DEAD_LETTERS = 3000
const TOO_LARGE_BYTES = 50_000
const DIE_IN_COMMIT = resolve(import.meta.dirname, '../fixtures/die-in-commit.ts')

const numbersOf = (records: readonly StoredRecord[]) => records.map(({ value }) => Number(value)).sort((a, b) => a - b)
const upTo = (count: number) => Array.from({ length: count }, (_, number) => number)

describeOnKafka('millrace dlq redrive', { concurrent: true }, () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  async function prepare(wishes: readonly DeadLetterWish[]): Promise<TestTopics> {
    const topics = await kafka.createTopics({ partitions: PARTITIONS })
    await writeDeadLetters(kafka, topics, PARTITIONS, wishes)
    return topics
  }

  function start({ onTestFinished }: TestContext, environment: Environment, ...args: string[]): MillraceCommand {
    const command = new MillraceCommand(['dlq', 'redrive', ...args], environment)
    onTestFinished(() => command.signal('SIGKILL'))
    return command
  }

  test('killed in mid-run, again and again: the next one goes on, and every record is there exactly once', async () => {
    const topics = await prepare(upTo(DEAD_LETTERS).map(() => ({})))
    for (const [commit, when] of [
      ['1', 'before'],
      ['2', 'before'],
      ['2', 'after'],
      ['1', 'before']
    ]) {
      const before = await kafka.count(topics.input)
      const deadly = { NODE_OPTIONS: `--import=${DIE_IN_COMMIT}`, DIE_IN_COMMIT: commit, DIE_WHEN: when }
      const { signal } = await millrace(['dlq', 'redrive'], { ...topics.environment, ...deadly })
      expect(signal).toBe('SIGKILL')
      // It had got that far: what it wrote is there, if only to be aborted.
      expect(await kafka.count(topics.input)).toBeGreaterThan(before + 450 * Number(commit))
    }
    const { code, stdout } = await millrace(['dlq', 'redrive'], topics.environment)
    expect(code).toBe(0)
    // Three transactions of 500 had been committed.
    expect(stdout).toContain('✔ 1,500 redriven')
    const records = await kafka.read(topics.input)
    expect(numbersOf(records)).toEqual(upTo(DEAD_LETTERS))
    expect(records.every(({ partition, value }) => partition === Number(value) % PARTITIONS)).toBe(true)
    expect((await millrace(['dlq', 'redrive'], topics.environment)).stdout).toContain('✔ 0 redriven')
  })

  test('two at once: the second takes over, the first ends and says so, and nothing is done twice', async context => {
    const topics = await prepare(upTo(DEAD_LETTERS).map(() => ({})))
    const first = start(context, topics.environment, '--rate', '50')
    await first.until('it has begun', async () => (await kafka.count(topics.input)) > 0)
    const second = await millrace(['dlq', 'redrive'], topics.environment)
    expect(second.code).toBe(0)
    const { code, stderr } = await first.ended()
    expect(code).toBe(1)
    expect(stderr).toContain('another redrive of group')
    expect(numbersOf(await kafka.read(topics.input))).toEqual(upTo(DEAD_LETTERS))
  })

  test('Ctrl-C ends it after its transaction, with 1, and the next one goes on', async context => {
    const topics = await prepare(upTo(DEAD_LETTERS).map(() => ({})))
    const redrive = start(context, topics.environment, '--rate', '50')
    await redrive.until('it has begun', async () => (await kafka.count(topics.input)) > 0)
    redrive.signal('SIGINT')
    const { code, stdout } = await redrive.ended()
    expect(code).toBe(1)
    expect(stdout).toContain('Stopped before the end')
    const done = (await kafka.read(topics.input)).length
    expect(stdout).toContain(`✔ ${done.toLocaleString('en-US')} redriven`)
    await millrace(['dlq', 'redrive'], topics.environment)
    expect(numbersOf(await kafka.read(topics.input))).toEqual(upTo(DEAD_LETTERS))
  })

  test('with filters one after the other: each takes what the others left, and a dry run says what', async () => {
    const topics = await prepare(
      upTo(90).map(number => ({
        reason: number % 3 === 0 ? 'invalid' : 'not-json',
        timestampMs: 1_700_000_000_000 + number
      }))
    )
    const redrive = (...args: string[]) => millrace(['dlq', 'redrive', ...args], topics.environment)
    const dry = await redrive('--reason', 'invalid', '--dry-run')
    expect(dry.stdout).toMatch(/✔ 30 would be redriven .*\n +30 {2}invalid\n[^]* 60 {2}not asked for\n[^]*dry run/)
    expect(await kafka.count(topics.input)).toBe(0)

    expect((await redrive('--reason', 'invalid')).stdout).toContain('✔ 30 redriven')
    expect((await redrive('--partition', '1', '--limit', '5')).stdout).toContain('✔ 5 redriven')
    const rest = await redrive()
    expect(rest.stdout).toMatch(/✔ 55 redriven[^]* 35 {2}redriven earlier/)
    expect(numbersOf(await kafka.read(topics.input))).toEqual(upTo(90))
    const committed = await kafka.committedOffsets(`${topics.group}-redrive`, topics.deadLetters)
    expect(committed).toEqual([30, 30, 30])
  })

  test('what the brokers refuse is left and told, the rest goes, and it is tried again later', async () => {
    const large = 'x'.repeat(TOO_LARGE_BYTES)
    const topics = await kafka.createTopics({ partitions: PARTITIONS })
    const small = await kafka.createTopic(uniqueName('small'), {
      partitions: 1,
      config: { 'max.message.bytes': '10000' }
    })
    const wishes = upTo(20).map(number => ({
      value: number === 7 || number === 12 ? randomText(large.length) : String(number)
    }))
    await writeDeadLetters(kafka, topics, PARTITIONS, wishes)
    const environment = { ...topics.environment, REDRIVE_TOPIC: small }
    const first = await millrace(['dlq', 'redrive'], environment)
    expect(first.stderr).toBe('')
    expect(first.stdout).toMatch(/✔ 18 redriven[^]* 2 {2}refused by the brokers/)
    expect(first.code).toBe(0)
    expect(numbersOf(await kafka.read(small))).toEqual(upTo(20).filter(number => number !== 7 && number !== 12))
    // To the input they fit.
    expect((await millrace(['dlq', 'redrive'], topics.environment)).stdout).toContain('✔ 2 redriven')
    expect((await kafka.read(topics.input)).map(({ value }) => value?.length)).toEqual([
      TOO_LARGE_BYTES,
      TOO_LARGE_BYTES
    ])
  })

  test('a dead letter without its value takes that of the record it came from, while that is there', async () => {
    const topics = await kafka.createTopics({ partitions: PARTITIONS })
    const large = randomText(100_000)
    await kafka.write(topics.input, [
      { partition: 1, key: 'key', value: large, headers: [{ name: 'own', value: Buffer.from('1') }] }
    ])
    await writeDeadLetters(kafka, topics, PARTITIONS, [
      {
        reason: 'record-too-large',
        omittedBytes: large.length,
        source: { topic: topics.input, partition: 1, offset: 0 }
      },
      { reason: 'record-too-large', omittedBytes: 7, source: { topic: topics.input, partition: 1, offset: 0 } },
      { reason: 'record-too-large', omittedBytes: 7, source: { topic: topics.input, partition: 2, offset: 5 } },
      { reason: 'record-too-large', omittedBytes: 7, source: { topic: topics.input, partition: 9, offset: 5 } }
    ])
    const { stdout } = await millrace(['dlq', 'redrive'], topics.environment)
    expect(stdout).toMatch(/✔ 1 redriven[^]* 3 {2}that left their value out/)
    const [, copy, ...rest] = await kafka.read(topics.input)
    expect(rest).toEqual([])
    expect(copy).toMatchObject({ partition: 1, offset: 1 })
    expect(String(copy.value)).toBe(large)
    expect([headerOf(copy, 'own'), headerOf(copy, 'millrace.redrive.attempt')]).toEqual(['1', '1'])
  })

  test('a topic that does not exist is named, before anything is done', async () => {
    const topics = await prepare([{}])
    const missing = uniqueName('missing')
    for (const [name, args] of [
      ['REDRIVE_TOPIC', []],
      ['QUARANTINE_TOPIC', ['--dry-run']],
      ['DLQ_TOPIC', []]
    ] as const) {
      const { code, stderr } = await millrace(['dlq', 'redrive', ...args], { ...topics.environment, [name]: missing })
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `millrace dlq: there is no topic "${missing}"; create it first\n`
      })
    }
  })
})

/** That no compression makes smaller. */
function randomText(length: number): string {
  return Buffer.from(Array.from({ length }, () => 33 + Math.floor(Math.random() * 90))).toString('latin1')
}
