import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectedOutcome } from '../../pipelines/user-login/sample-outcome.ts'
import { createSampleGenerator, SAMPLE_HEADER, sampleKinds } from '../../pipelines/user-login/samples.ts'
import { millrace, MillraceCommand } from '../kafka/millrace-command.ts'
import { settle } from '../kafka/running-processor.ts'
import { brokers, describeOnKafka, TestKafka, type Environment } from '../kafka/test-kafka.ts'
import { headerOf, type StoredRecord } from '../kafka/topic-reader.ts'

const HOUR_MS = 3_600_000

describeOnKafka('millrace generate', () => {
  let kafka: TestKafka
  const directory = mkdtempSync(join(tmpdir(), 'millrace-generate-'))
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(async () => {
    await kafka.disconnect()
    rmSync(directory, { recursive: true })
  })

  async function generate(environment: Environment, partitions = 3) {
    const { input, environment: topics } = await kafka.createTopics({ partitions })
    const end = await millrace(['generate'], { ...topics, ...environment })
    return { ...end, topics, input, records: await kafka.read(input) }
  }

  /** A share of this size for each kind. */
  const sharesOf = (share: number) => {
    const kinds = sampleKinds.filter(kind => kind !== 'good')
    return {
      pairs: kinds.map(kind => `${kind}=${share}`).join(','),
      shares: Object.fromEntries(kinds.map(kind => [kind, share]))
    }
  }

  test('writes each sample once, as it is by its number, each user in order', async () => {
    const { pairs, shares } = sharesOf(0.01)
    const environment = {
      SAMPLES: '20000',
      SEED: '9',
      SAMPLE_USERS: '500',
      SAMPLE_SHARES: pairs,
      SAMPLE_TIMESTAMPS: 'seconds,iso'
    }
    const { code, stdout, records } = await generate(environment)
    expect(stdout).toMatch(/✔ 20,000 sample logins in \S+ {3}[\d.]+ s, [\d,]+\/s\n$/)
    expect(code).toBe(0)
    const settings = { seed: 9, users: 500, shares, timestamps: ['seconds', 'iso'] } as const
    const startTimeMs = Math.min(
      ...records.filter(record => sampleNumber(record) === 0).map(({ timestampMs }) => timestampMs)
    )
    const samples = createSampleGenerator({ ...settings, startTimeMs, samplesPerSecond: 100_000 })
    expect(new Set(records.map(sampleNumber)).size).toBe(20_000)
    expect(records).toHaveLength(20_000)
    for (const record of records) {
      const sample = samples.at(sampleNumber(record))
      expect(record.key?.equals(sample.key!) ?? sample.key === null).toBe(true)
      expect(record.value?.equals(sample.value!) ?? sample.value === null).toBe(true)
      expect(record.timestampMs).toBe(sample.timestampMs)
      expect(record.headers).toHaveLength(sample.headers.length)
    }
    expectInOrder(records)
  })

  test('every kind has the outcome that is foreseen, through the whole processor', async () => {
    const { pairs, shares } = sharesOf(0.03)
    const { topics, records } = await generate({ SAMPLES: '3000', SEED: '2', SAMPLE_SHARES: pairs })
    const { tally, reasons } = await settle(
      { ...topics, MAX_RECORD_AGE_MS: '3600000', REJECT_DUPLICATE_KEYS: 'on' },
      3000
    )
    const samples = createSampleGenerator({ seed: 2, shares })
    const expected = records.map(record =>
      expectedOutcome(samples.at(sampleNumber(record)), {
        acceptedAppVersions: { has: () => true },
        droppedLocales: [],
        invalidIp: 'dead-letter',
        tombstones: 'dead-letter',
        maxRecordAgeMs: HOUR_MS,
        rejectDuplicateKeys: true
      })
    )
    const count = (outcome: string) => expected.filter(each => each.outcome === outcome).length
    expect(tally).toEqual({
      processed: count('processed'),
      filtered: 0,
      expired: count('expired'),
      deadLetter: count('dead-letter')
    })
    expect(count('expired')).toBeGreaterThan(50)
    const dead = Map.groupBy(
      expected.filter(({ outcome }) => outcome === 'dead-letter'),
      ({ why }) => why
    )
    expect(reasons).toEqual(Object.fromEntries([...dead].map(([why, of]) => [why, of.length])))
  })

  test('spreads samples over the past, in order, and in the rhythm of days', async () => {
    const spanMs = 48 * HOUR_MS
    const { records } = await generate(
      { SAMPLES: '24000', SAMPLE_SPAN_MS: String(spanMs), SAMPLE_SHARES: 'other-version=0' },
      1
    )
    const times = records.map(({ timestampMs }) => timestampMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(Math.abs(Date.now() - times.at(-1)!)).toBeLessThan(120_000)
    expect(Math.abs(times.at(-1)! - times[0] - spanMs)).toBeLessThan(60_000)
    const byHour = (hour: number) => times.filter(time => Math.floor(time / HOUR_MS) % 24 === hour).length
    expect(byHour(18)).toBeGreaterThan(2.5 * byHour(6))
    const logins = records.filter(record => record.value !== null && samplesGood(record))
    for (const { value, timestampMs } of logins.slice(0, 500)) {
      const { timestamp } = JSON.parse(String(value)) as { timestamp: string }
      expect(Math.abs(Number(timestamp) * 1000 - timestampMs)).toBeLessThan(4000)
    }
  })

  test('keeps to a rate, and stops on SIGTERM with all that it said it wrote', async () => {
    const { input, environment } = await kafka.createTopics({ partitions: 2 })
    const command = new MillraceCommand(['generate'], {
      ...environment,
      RATE: '2000',
      SAMPLES: '0',
      SAMPLE_NUMBERS: 'off'
    })
    await command.until('a thousand are there', async () => (await kafka.count(input)) > 1000)
    command.signal('SIGTERM')
    const { code, stdout } = await command.ended()
    expect(code).toBe(0)
    const [, said, seconds] = /✔ ([\d,]+) sample logins in \S+ {3}([\d.]+) s/.exec(stdout) ?? []
    const records = await kafka.read(input)
    expect(records).toHaveLength(Number(said.replaceAll(',', '')))
    expect(records.length).toBeLessThan(2000 * Number(seconds) + 50)
    expect(records.every(({ headers }) => headers.length === 0)).toBe(true)
  })

  test('replays a file as it is, in order, as often and as far as it is told', async () => {
    const file = join(directory, 'logins.jsonl')
    const lines = [
      Buffer.from('{"user_id":"ü","ip":"1.2.3.4"}'),
      Buffer.from('k\tvalue'),
      Buffer.from([0xff, 0x00, 0xfe])
    ]
    writeFileSync(file, Buffer.concat(lines.flatMap(line => [line, Buffer.from('\n')])))
    const startMs = Date.now()
    const { code, stdout, records } = await generate({ REPLAY_FILE: file, REPLAY_LOOPS: '3', SAMPLES: '8' }, 1)
    expect(stdout).toContain('✔ 8 records in ')
    expect(code).toBe(0)
    const once = [
      ['ü', lines[0]],
      ['k', Buffer.from('value')],
      ['null', lines[2]]
    ]
    expect(records.map(({ key, value }) => [String(key), value])).toEqual([...once, ...once, ...once].slice(0, 8))
    for (const { timestampMs, headers } of records) {
      expect(headers).toEqual([])
      expect(timestampMs).toBeGreaterThanOrEqual(startMs)
    }
  })

  test.each([
    [{ SAMPLE_SHARES: 'malformd=0.1' }, 'SAMPLE_SHARES: samples are not of kind malformd, but good'],
    [{ SAMPLE_SHARES: 'malformed=2' }, 'SAMPLE_SHARES: the share of malformed is not a number from 0 to 1'],
    [{ REPLAY_FILE: '/no/such/file' }, "REPLAY_FILE can't be read: ENOENT"],
    [{ SAMPLE_TIMESTAMPS: 'fortnights' }, 'SAMPLE_TIMESTAMPS']
  ])('%j is a mistake that is told, and nothing is written', async (environment, expected) => {
    const { code, stderr } = await millrace(['generate'], { BROKERS: brokers, ...environment })
    expect(stderr).toContain(expected)
    expect(stderr).not.toContain('    at ')
    expect(code).toBe(2)
  })

  test('a topic that is not there is told in a line', async () => {
    const { code, stderr } = await millrace(['generate'], {
      BROKERS: brokers,
      INPUT_TOPIC: 'no-such-topic',
      SAMPLES: '10'
    })
    expect(stderr).toContain('samples could not be written to no-such-topic')
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(code).toBe(1)
  })
})

function sampleNumber(record: StoredRecord): number {
  return Number(headerOf({ ...record, headers: record.headers.slice(0, 1) }, SAMPLE_HEADER))
}

function samplesGood({ value }: StoredRecord): boolean {
  return /^\{"user_id.*"timestamp": ?"?\d+"?.*\}$/.test(String(value)) && isJson(String(value))
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function expectInOrder(records: readonly StoredRecord[]): void {
  const last = new Map<number, number>()
  for (const record of records) {
    expect(sampleNumber(record)).toBeGreaterThan(last.get(record.partition) ?? -1)
    last.set(record.partition, sampleNumber(record))
  }
}
