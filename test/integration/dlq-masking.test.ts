import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { readDeadLetter } from '../../src/dead-letters/dead-letter.ts'
import type { FixtureData } from '../../src/dead-letters/fixture.ts'
import { badRecords, soundLogin } from '../corpus/bad-records.ts'
import { FIRST_KEY, masked, NAMESAKE_KEY, SECOND_KEY } from '../fixtures/encryption.ts'
import { writeDeadLetters } from '../kafka/dead-letters.ts'
import { millrace } from '../kafka/millrace-command.ts'
import { settle } from '../kafka/running-processor.ts'
import { describeOnKafka, TestKafka, type Environment, type TestTopics } from '../kafka/test-kafka.ts'
import { headerOf, type StoredRecord } from '../kafka/topic-reader.ts'
import { Killers } from './killers.ts'
import { login } from './user-login-cases.ts'

const on = { DLQ_MASKING: 'on', DLQ_ENCRYPTION_KEYS: FIRST_KEY }
const rotated = { ...on, DLQ_ENCRYPTION_KEYS: `${SECOND_KEY},${FIRST_KEY}` }
const personal = [soundLogin.user_id, soundLogin.ip, soundLogin.device_id]
/** Each has a timestamp of its own, by which it is found again. */
const firstTimestampMs = Date.now() - 3_600_000
const deadOnes = badRecords.filter(({ expected }) => expected.outcome === 'dead-letter')

describeOnKafka('DLQ_MASKING=on', () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  const dlq = async (topics: TestTopics, args: readonly string[], further: Environment = {}, directory?: string) => {
    const { code, stdout, stderr } = await millrace(['dlq', ...args], { ...topics.environment, ...further }, directory)
    return { code, output: `${stdout}${stderr}` }
  }

  /** The corpus' dead letters, made by a processor. */
  async function prepare(settings: Environment): Promise<{ topics: TestTopics; letters: StoredRecord[] }> {
    const topics = await kafka.createTopics()
    const records = deadOnes.map(({ key, value, headers }, number) => ({
      key: key && Buffer.from('neutral'),
      value,
      headers,
      timestampMs: firstTimestampMs + number
    }))
    await kafka.write(topics.input, records)
    await settle({ ...topics.environment, ...on, ...settings }, records.length)
    return { topics, letters: await kafka.read(topics.deadLetters) }
  }

  test.each(['connect', 'spring', 'kafka'])(
    'hides what is personal, and redrive gives each record back byte for byte; headers: %s',
    async style => {
      const { topics, letters } = await prepare({ DLQ_HEADERS: style })
      expect(letters).toHaveLength(deadOnes.length)
      for (const { value } of letters) for (const text of personal) expect(value?.includes(text) ?? false).toBe(false)
      expect((await dlq(topics, ['list'])).output).toContain(`${letters.length} dead letters`)
      const shown = (await millrace(['show'], topics.environment)).stdout
      expect(shown).toMatch(/ +4 {2}not-utf8\n/)
      expect(shown).toContain(`  ${topics.input}/0 offset ${letters.length - 1}: `)

      expect((await dlq(topics, ['redrive'], rotated)).output).toContain(`✔ ${letters.length} redriven`)
      const again = (await kafka.read(topics.input)).slice(deadOnes.length)
      for (const { value, headers, timestampMs } of again) {
        const { name, ...before } = deadOnes[timestampMs - firstTimestampMs]
        const own = headers.slice(0, before.headers.length).map(each => [each.name, String(each.value)])
        const added = headers.slice(before.headers.length).map(each => each.name)
        expect({ name, isSame: value === null ? before.value === null : before.value?.equals(value) }).toEqual({
          name,
          isSame: true
        })
        expect(own).toEqual(before.headers.map(each => [each.name, String(each.value)]))
        expect(added).toEqual(['attempt', 'origin', 'group'].map(mark => `millrace.redrive.${mark}`))
      }
      expect(new Set(again.map(({ timestampMs }) => timestampMs)).size).toBe(deadOnes.length)
    }
  )

  test('redrive with a key that is missing, or another one by its name, names it and does nothing at all', async () => {
    const { topics, letters } = await prepare({})
    const end = await kafka.count(topics.input)
    for (const [keys, text] of [
      [SECOND_KEY, 'is encrypted with the key "first", which is not among DLQ_ENCRYPTION_KEYS'],
      [NAMESAKE_KEY, 'another key of the name "first"']
    ]) {
      for (const args of [['redrive'], ['redrive', '--dry-run']]) {
        const { code, output } = await dlq(topics, args, { DLQ_ENCRYPTION_KEYS: keys })
        expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(text) as string })
        expect(output).toContain('nothing was redriven')
      }
    }
    expect(await kafka.count(topics.input)).toBe(end)
    expect(await kafka.committedOffsets(`${topics.group}-redrive`, topics.deadLetters)).toEqual([-1])

    // One that was changed is left, and keeps nobody else from being redriven.
    const value = Buffer.from(letters[0].value!.map(byte => byte ^ 1))
    await kafka.write(topics.deadLetters, [{ ...letters[0], value }])
    const { output } = await dlq(topics, ['redrive'], on)
    expect(output).toMatch(new RegExp(`✔ ${letters.length} redriven[^]* 1 {2}whose encrypted value was changed`))
  })

  test('redrive finds a key that is missing before it writes what stands ahead of it', async () => {
    const topics = await kafka.createTopics()
    const { value, headers } = masked('{"ip":"1.2.3.4"}')
    const encrypted = { value: value.toString(), further: headers }
    // More than a transaction takes.
    await writeDeadLetters(kafka, topics, 1, [...Array.from({ length: 700 }, () => ({})), encrypted])
    const { code, output } = await dlq(topics, ['redrive'])
    expect({ code, output }).toMatchObject({
      code: 1,
      output: expect.stringContaining('nothing was redriven') as string
    })
    expect(await kafka.count(topics.input)).toBe(0)
    expect((await dlq(topics, ['redrive', '--limit', '700'])).output).toContain('✔ 700 redriven')
  })

  test('show prints what is encrypted, and what it was only with --reveal and the key', async () => {
    const { topics, letters } = await prepare({})
    const invalid = letters.find(letter => readDeadLetter(letter)?.reason === 'rejected')!
    const position = `${invalid.partition}/${invalid.offset}`
    const shown = (await dlq(topics, ['show', position, '--value'], on)).output
    expect(shown).toMatch(/encrypted +fields, with the key first/)
    expect(shown).toContain('"locale":"RU"')
    for (const text of personal) expect(shown).not.toContain(text)

    const revealed = (await dlq(topics, ['show', position, '--reveal'], on)).output.replace(/\n +/g, '')
    expect(revealed).toContain(soundLogin.user_id)
    const without = await dlq(topics, ['show', position, '--reveal'])
    expect(without).toEqual({
      code: 1,
      output: expect.stringContaining('the key "first", which is not among') as string
    })
  })

  test('export writes what is encrypted as it is, which the pipeline may judge alike, and with --reveal what it was', async () => {
    const { topics, letters } = await prepare({})
    const missing = letters.findIndex(letter => readDeadLetter(letter)?.message === 'locale:missing')
    const place = `${letters[missing].partition}/${letters[missing].offset}`
    const directory = mkdtempSync(join(tmpdir(), 'millrace-masking-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))

    const plain = await dlq(topics, ['export', place, '--out', 'a.test.ts'], on, directory)
    expect(plain.output).toContain('is exported encrypted')
    expect(plain.output).not.toContain('it is now')
    await dlq(topics, ['export', place, '--out', 'b.test.ts', '--reveal'], on, directory)
    const [hidden, open] = ['a', 'b'].map(name => {
      const { records } = JSON.parse(readFileSync(join(directory, `${name}.test.json`), 'utf8')) as FixtureData
      return Buffer.from(records[0].value!, 'base64').toString()
    })
    expect(hidden).toMatch(/"ip":"encrypted:/)
    expect(open).toContain(soundLogin.ip)
    for (const text of personal) expect(hidden).not.toContain(text)
  })

  test('hides records that killed their worker, and such as brokers refuse, whole', async () => {
    const killers = await Killers.write(kafka, 30, 1, { 7: 'exit' })
    await settle({ ...killers.environment, ...on }, 30)
    const [killer, ...others] = (await killers.deadLetters()).map(letter => readDeadLetter(letter))
    expect(others).toEqual([])
    expect(killer).toMatchObject({ reason: 'killed-worker', encryption: { how: 'value', keyId: 'first' } })

    const topics = await kafka.createTopics()
    const small = await kafka.createTopic(`${topics.processed}-small`, { config: { 'max.message.bytes': '2000' } })
    const noise = Array.from({ length: 1500 }, (_, index) => (index * 2_654_435_761).toString(36)).join('')
    await kafka.write(topics.input, [{ key: 'k', value: login({ locale: noise }) }])
    await settle({ ...topics.environment, ...on, OUTPUT_TOPIC: small }, 1)
    const [refused] = await kafka.read(topics.deadLetters)
    expect(readDeadLetter(refused)).toMatchObject({ reason: 'refused-by-broker', encryption: { how: 'value' } })
    expect(String(refused.key)).toBe('k')
    await dlq(topics, ['redrive'], on)
    expect(String((await kafka.read(topics.input))[1].value)).toBe(login({ locale: noise }))
  })

  test('one that is too large even so goes by reference, and is redriven from there', async () => {
    const topics = await kafka.createTopics()
    const value = login({ ip: '', extra: 'x'.repeat(5000) })
    await kafka.write(topics.input, [{ key: 'k', value }])
    await settle({ ...topics.environment, ...on, MAX_OUTPUT_BYTES: '4096' }, 1)
    const [letter] = await kafka.read(topics.deadLetters)
    expect([letter.value, headerOf(letter, 'millrace.omitted.bytes')]).toEqual([null, String(value.length)])
    await dlq(topics, ['redrive'])
    expect(String((await kafka.read(topics.input))[1].value)).toBe(value)
  })

  test('without a key it does not start, and says how to make one', async () => {
    const { code, stderr } = await millrace(['run'], { BROKERS: '127.0.0.1:1', DLQ_MASKING: 'on' })
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('openssl rand -base64 32') as string
    })
  })
})
