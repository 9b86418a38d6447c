import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readEncryptionKeys } from '../../../src/dead-letters/encryption/keys.ts'
import { MissingKeyError } from '../../../src/dead-letters/encryption/restore.ts'
import { Pace } from '../../../src/dead-letters/pace.ts'
import type { Step } from '../../../src/dead-letters/redrive-step.ts'
import type { StoredRecord } from '../../../src/kafka/stored-record.ts'
import { deadLetterRecord, type DeadLetterWish, texts } from '../../fixtures/dead-letters.ts'
import { carrying, FIRST_KEY, masked } from '../../fixtures/encryption.ts'
import { Died, RedriveCluster, type RunWish } from '../../fixtures/redrive-cluster.ts'

const mark = (attempt: number) =>
  [`attempt=${attempt}`, 'origin=input/2/5', 'group=logins'].map(text => {
    const [name, value] = text.split('=')
    return { name: `millrace.redrive.${name}`, value: Buffer.from(value) }
  })

/** Dead letters of two partitions, one after the other; each value is its number. */
function topicOf(wishes: readonly DeadLetterWish[]): StoredRecord[] {
  return wishes.map((wish, number) => {
    const position = { topic: 'dlq', partition: number % 2, offset: Math.floor(number / 2) }
    const source = { topic: 'input', partition: number % 4, offset: number }
    return deadLetterRecord({ position, source, value: String(number), ...wish })
  })
}

const plain = (count: number) => topicOf(Array.from({ length: count }, () => ({})))
const numbers = (cluster: RedriveCluster) => cluster.written.map(({ value }) => Number(value))

describe('a redrive', () => {
  test('writes each record to the partition that it was in, once, and a second one finds nothing to do', async () => {
    const cluster = new RedriveCluster(plain(1200))
    const { isDone, tally } = await cluster.redrive()
    expect(isDone).toBe(true)
    expect(tally.of('redriven').total).toBe(1200)
    expect(new Set(numbers(cluster)).size).toBe(1200)
    expect(
      cluster.written.every(({ topic, partition, value }) => topic === 'input' && partition === Number(value) % 4)
    ).toBe(true)
    expect(cluster.transactions).toBe(3)
    expect((await cluster.redrive()).tally.lookedAt).toBe(0)
    expect(cluster.transactions).toBe(3)
    expect(cluster.committed(0)).toBe(600)
  })

  test('takes no more than it was told to, and the next one goes on there', async () => {
    const cluster = new RedriveCluster(plain(10))
    await cluster.redrive({ limit: 3 })
    expect(numbers(cluster)).toEqual([0, 1, 2])
    await cluster.redrive({ limit: 3 })
    expect(numbers(cluster)).toEqual([0, 1, 2, 3, 4, 5])
  })

  test('that is dry says the same and changes nothing', async () => {
    const cluster = new RedriveCluster(plain(10))
    const dry = await cluster.redrive({ isDryRun: true, limit: 7 })
    expect(cluster.attempts).toBe(0)
    const { tally } = await cluster.redrive({ limit: 7 })
    expect(dry.tally).toEqual(tally)
  })

  test('that is stopped ends before the next chunk, and says so', async () => {
    const cluster = new RedriveCluster(plain(1200))
    const stop = new AbortController()
    const pace = new Pace(100, { nowMs: () => 0, wait: async () => stop.abort() })
    expect((await cluster.redrive({ pace, stop: stop.signal })).isDone).toBe(false)
    expect(cluster.written).toHaveLength(100)
    await cluster.redrive()
    expect(numbers(cluster)).toEqual(Array.from({ length: 1200 }, (_, number) => number))
  })

  test('that is stopped while it reads has not come to the end', async () => {
    const cluster = new RedriveCluster(plain(10))
    const stop = new AbortController()
    expect((await cluster.redrive({ stop: stop.signal, reading: () => stop.abort() })).isDone).toBe(false)
    expect(cluster.transactions).toBe(0)
  })

  test('leaves other groups’ dead letters alone unless they are asked for', async () => {
    const cluster = new RedriveCluster(topicOf([{}, { group: 'others' }]))
    expect((await cluster.redrive()).tally.of('not-asked-for').total).toBe(1)
    await cluster.redrive({ filter: { groups: ['others'] } })
    expect(numbers(cluster)).toEqual([0, 1])
  })

  test('passes over what is no dead letter', async () => {
    const [first] = plain(1)
    const cluster = new RedriveCluster([{ ...first, headers: [] }])
    expect((await cluster.redrive()).tally.of('foreign').total).toBe(1)
  })
})

describe('attempts', () => {
  const records = topicOf([0, 1, 2, 3, 4].map(attempt => ({ headers: attempt === 0 ? [] : mark(attempt) })))

  test('that are used up leave a dead letter where it is, until there may be more', async () => {
    const cluster = new RedriveCluster(records)
    const { tally } = await cluster.redrive()
    expect(numbers(cluster)).toEqual([0, 1, 2])
    expect(tally.of('exhausted')).toMatchObject({
      total: 2,
      byAttempts: new Map([
        [3, 1],
        [4, 1]
      ])
    })
    const more = await cluster.redrive({ settings: { redriveAttempts: 4 } })
    expect(numbers(cluster)).toEqual([0, 1, 2, 3])
    expect(more.tally.of('done').total).toBe(3)
  })

  test('or put it into quarantine as it is, errors and all', async () => {
    const cluster = new RedriveCluster(records)
    await cluster.redrive()
    await cluster.redrive({ settings: { quarantineTopic: 'quarantine' } })
    const quarantined = cluster.written.filter(({ topic }) => topic === 'quarantine')
    expect(quarantined.map(({ value }) => Number(value))).toEqual([3, 4])
    expect(quarantined.map(({ headers }) => headers)).toEqual([records[3].headers, records[4].headers])
    await cluster.redrive({ settings: { quarantineTopic: 'quarantine', redriveAttempts: 9 } })
    expect(cluster.written).toHaveLength(5)
  })

  test('are counted in the mark, and the way back goes by where the record first came in', async () => {
    const cluster = new RedriveCluster([records[2]])
    await cluster.redrive({ settings: { inputTopic: ['^in', 'others'] } })
    expect(cluster.written[0]).toMatchObject({ topic: 'input', partition: 2 })
    expect(texts(cluster.written[0].headers)).toEqual([
      'millrace.redrive.attempt=3',
      'millrace.redrive.origin=input/2/5',
      'millrace.redrive.group=logins'
    ])
  })
})

describe('a dead letter without its value', () => {
  const source = { topic: 'input', partition: 0, offset: 9 }
  const records = topicOf([{ source, omittedBytes: 5, headers: [] }])
  const original = { ...source, timestampMs: 1, key: Buffer.from('key'), value: Buffer.from('whole'), headers: [] }

  test('is redriven with the one that is still there', async () => {
    const cluster = new RedriveCluster(records)
    await cluster.redrive({ originalOf: async position => (expect(position).toEqual(source), original) })
    expect(String(cluster.written[0].value)).toBe('whole')
  })

  test.each<[string, StoredRecord | undefined]>([
    ['nothing', undefined],
    ['one of another size', { ...original, value: Buffer.from('other one') }],
    ['one with another key', { ...original, key: Buffer.from('another') }],
    ['one without a value', { ...original, value: null }]
  ])('is gone if there is %s', async (_what, found) => {
    const cluster = new RedriveCluster(records)
    const { tally } = await cluster.redrive({ originalOf: async () => found })
    expect(tally.of('gone').total).toBe(1)
    expect(cluster.written).toEqual([])
  })

  test('counts its attempts by the original, as it may have had to leave its headers out, too', async () => {
    const cluster = new RedriveCluster(records)
    const originalOf = async () => ({ ...original, headers: mark(3) })
    expect((await cluster.redrive({ originalOf })).tally.of('exhausted').total).toBe(1)
    await cluster.redrive({ originalOf, settings: { redriveAttempts: 4 } })
    expect(cluster.written).toHaveLength(1)
  })
})

describe('what the brokers refuse', () => {
  const refuses = ({ value }: NonNullable<Step['row']>) => ['3', '8', '700'].includes(String(value))

  test('is found among the innocent, left, and tried again by the next redrive', async () => {
    const cluster = new RedriveCluster(plain(1000))
    const { tally } = await cluster.redrive({ refuses })
    expect(tally.of('refused').total).toBe(3)
    expect(tally.of('redriven').total).toBe(997)
    expect(new Set(numbers(cluster)).size).toBe(997)
    expect(cluster.committed(0)).toBe(4)
    // Two chunks of 500, in halves, and those again.
    expect(cluster.attempts).toBeLessThan(80)
    await cluster.redrive()
    expect(
      numbers(cluster)
        .slice(997)
        .sort((a, b) => a - b)
    ).toEqual([3, 8, 700])
    expect(cluster.committed(0)).toBe(500)
  })

  test('ends the redrive if it is too much to be remembered', async () => {
    const cluster = new RedriveCluster(plain(1000))
    await expect(cluster.redrive({ refuses: () => true })).rejects.toThrow('too large')
    expect(cluster.written).toEqual([])
  })
})

test('whatever is asked for, refused, stopped or killed: no dead letter is taken twice, and in the end all have been', async () => {
  const filter = fc.record(
    {
      reasons: fc.subarray(['invalid', 'not-json', 'rejected'], { minLength: 1 }),
      partition: fc.nat(3),
      sinceMs: fc.nat(10),
      untilMs: fc.nat(10)
    },
    { requiredKeys: [] }
  )
  const run = fc.record({
    filter,
    limit: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 20 })),
    diesAt: fc.option(fc.nat(4), { nil: undefined }),
    diesAfterCommit: fc.boolean(),
    refusedBelow: fc.nat(3),
    rate: fc.integer({ min: 1, max: 9 }),
    settings: fc.record(
      { redriveAttempts: fc.integer({ min: 1, max: 4 }), quarantineTopic: fc.constant('quarantine') },
      { requiredKeys: ['redriveAttempts'] }
    )
  })
  const wishes = fc.array(
    fc.record({
      reason: fc.constantFrom('invalid' as const, 'not-json' as const, 'rejected' as const),
      timestampMs: fc.nat(10),
      headers: fc.nat(4).map(attempt => (attempt === 0 ? [] : mark(attempt)))
    }),
    { maxLength: 40 }
  )
  await fc.assert(
    fc.asyncProperty(wishes, fc.array(run, { maxLength: 6 }), async (some, runs) => {
      const cluster = new RedriveCluster(topicOf(some))
      for (const { refusedBelow, rate, ...wish } of runs) {
        const refuses: RunWish['refuses'] = ({ value }) => Number(value) < refusedBelow
        const pace = new Pace(rate, { nowMs: () => 0, wait: async () => undefined })
        await cluster.redrive({ ...wish, refuses, pace }).catch(error => expect(error).toBeInstanceOf(Died))
        expect(new Set(numbers(cluster)).size).toBe(cluster.written.length)
      }
      await cluster.redrive({ settings: { quarantineTopic: 'quarantine' } })
      expect(numbers(cluster).sort((a, b) => a - b)).toEqual(some.map((_, number) => number))
    }),
    { numRuns: 300 }
  )
})

describe('an encrypted dead letter', () => {
  const value = '{"ip":"1.2.3.4","locale":"RU"}'
  const keys = readEncryptionKeys(FIRST_KEY)
  const one = carrying(masked(value)).record
  const changed = { ...one, offset: 1, value: masked(value).value }
  const exhausted = { ...one, offset: 2, headers: [...mark(3), ...one.headers] }

  test('is redriven as it was, without a header that says it was encrypted', async () => {
    const cluster = new RedriveCluster([one])
    await cluster.redrive({ keys })
    expect(cluster.written.map(row => [String(row.value), row.headers.map(({ name }) => name)])).toEqual([
      [value, ['millrace.redrive.attempt', 'millrace.redrive.origin', 'millrace.redrive.group']]
    ])
  })

  test('whose key is missing ends the redrive, or a look at what it would do', async () => {
    for (const isDryRun of [true, false]) {
      const cluster = new RedriveCluster([one])
      await expect(cluster.redrive({ isDryRun })).rejects.toThrow(MissingKeyError)
      expect([cluster.attempts, cluster.committed(0)]).toEqual([0, -1])
    }
  })

  test('that was changed is left, and keeps no other one back', async () => {
    const cluster = new RedriveCluster([changed, { ...one, offset: 5 }])
    const { tally } = await cluster.redrive({ keys })
    expect([tally.of('changed').total, tally.of('redriven').total]).toEqual([1, 1])
    expect(cluster.written.map(row => String(row.value))).toEqual([value])
  })

  test('goes into quarantine as it is, and needs no key for that', async () => {
    const cluster = new RedriveCluster([exhausted])
    await cluster.redrive({ settings: { quarantineTopic: 'quarantine' } })
    expect(cluster.written).toMatchObject([{ topic: 'quarantine', value: one.value, headers: exhausted.headers }])
  })
})
