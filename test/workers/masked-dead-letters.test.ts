import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { optionsFor } from '../../src/config/options.ts'
import { settingsFromRaw } from '../../src/config/raw-settings.ts'
import { readDeadLetter } from '../../src/dead-letters/dead-letter.ts'
import { readEncryptionKeys } from '../../src/dead-letters/encryption/keys.ts'
import { restored } from '../../src/dead-letters/encryption/restore.ts'
import { Header } from '../../src/slabs/layout.ts'
import { reasons } from '../../src/slabs/outcomes.ts'
import { readRow } from '../../src/slabs/reader.ts'
import { applyVerdict } from '../../src/slabs/verdict.ts'
import { createPlan } from '../../workers/plan.ts'
import { BatchRunner } from '../../workers/run-batch.ts'
import { FIRST_KEY, people } from '../fixtures/encryption.ts'
import { NOW_MS, slabWith, usualShape, type Given } from '../fixtures/run-probe.ts'

const SECRET = '203.0.113.77'
const keys = readEncryptionKeys(FIRST_KEY)
const headers = [{ name: 'own', value: Buffer.from('header') }]
/** A dead letter, as it lacks all other fields. */
const login = (more: object = {}) => JSON.stringify({ ip: SECRET, locale: 'RU', ...more })

function runnerWith(raw: Record<string, string>): BatchRunner {
  const settings = { dlqMasking: 'on', dlqEncryptionKeys: FIRST_KEY, cleanedTopic: 'cleaned', ...raw }
  return new BatchRunner(createPlan(people, settingsFromRaw(settings, optionsFor(people))))
}

/** The only row of the only record, as it would lie in its topic. */
function rowOf(slab: ReturnType<typeof slabWith>) {
  expect(slab.rows).toBe(1)
  const row = readRow(slab, 0)
  return { topic: 'dlq', partition: 0, offset: 0, ...row }
}

function deadLetterOf(
  given: Given,
  raw: Record<string, string> = {},
  prepare?: (slab: ReturnType<typeof slabWith>) => void
) {
  const slab = slabWith([{ key: Buffer.from('key'), headers, offset: 42, ...given }], usualShape, 20_000)
  prepare?.(slab)
  runnerWith(raw).run(slab, 0, false, NOW_MS)
  return readDeadLetter(rowOf(slab))!
}

const valueOf = (deadLetter: ReturnType<typeof deadLetterOf>) => restored(deadLetter, keys)?.record.value?.toString()

describe('a masked dead letter', () => {
  test.each([
    ['invalid', 'fields', login()],
    ['transform-threw', 'fields', login({ time: 'boom' })],
    ['not-json', 'value', login().slice(0, -1)],
    ['not-an-object', 'value', `[${login()}]`],
    ['not-utf8', 'value', Buffer.from(`{"ip":"${SECRET}","locale":"\xff"}`, 'latin1')],
    ['too-deep', 'value', login({ nested: JSON.parse('['.repeat(40) + ']'.repeat(40)) as unknown })],
    ['lone-surrogate', 'fields', String.raw`{"ip":"${SECRET}","locale":"\ud800"}`]
  ])('for %s has its %s encrypted, and else is the record', (reason, how, value) => {
    const deadLetter = deadLetterOf({ value })
    expect(deadLetter).toMatchObject({ reason, encryption: { how, keyId: 'first' }, omittedBytes: undefined })
    const { record, ownHeaders } = deadLetter
    expect([String(record.key), record.timestampMs, ownHeaders]).toEqual(['key', NOW_MS - 5, headers])
    expect(record.value?.includes(SECRET)).toBe(false)
    expect(restored(deadLetter, keys)?.record.value?.equals(Buffer.from(value))).toBe(true)
  })

  test.each(['killed-worker', 'refused-by-broker'] as const)(
    'for %s is encrypted whole: the main thread has judged it, and nothing of it is looked at',
    reason => {
      const deadLetter = deadLetterOf({ value: login() }, {}, slab =>
        applyVerdict(slab, 0, { reason: reasons.indexOf(reason), omitValue: false })
      )
      expect(deadLetter).toMatchObject({ reason, encryption: { how: 'value' } })
      expect(valueOf(deadLetter)).toBe(login())
    }
  )

  test('without a value says nothing of encryption: a null value, one too large, one that brokers refuse even so', () => {
    const omitting = (slab: ReturnType<typeof slabWith>) =>
      applyVerdict(slab, 0, { reason: reasons.indexOf('invalid'), omitValue: true })
    const found = [
      deadLetterOf({ value: null }),
      deadLetterOf({ value: login({ remark: 'x'.repeat(30_000) }) }),
      deadLetterOf({ value: login() }, {}, omitting)
    ]
    expect(found.map(({ reason, record, encryption }) => [reason, record.value, encryption])).toEqual([
      ['null-value', null, undefined],
      ['record-too-large', null, undefined],
      ['invalid', null, undefined]
    ])
    for (const { record, ownHeaders } of found) {
      expect([String(record.key), record.timestampMs, ownHeaders]).toEqual(['key', NOW_MS - 5, headers])
    }
  })

  test('of an empty value is told from one of a null value', () => {
    const deadLetter = deadLetterOf({ value: '' })
    expect([deadLetter.reason, valueOf(deadLetter)]).toEqual(['not-json', ''])
  })

  test('names its source behind all that is said of encryption', () => {
    const { record } = deadLetterOf({ value: login() }, { provenanceHeaders: 'on' })
    expect(record.headers.at(-1)?.name).toBe('millrace.source')
    expect(record.headers.at(-2)?.name).toBe('millrace.encryption.seal')
  })

  test.each(['connect', 'spring', 'kafka'])('reads back whatever the style of its headers: %s', dlqHeaders => {
    const deadLetter = deadLetterOf({ value: login(), timestampMs: NOW_MS + 4_000_000 }, { dlqHeaders })
    expect(deadLetter).toMatchObject({
      source: { topic: 'probes', partition: 1, offset: 42 },
      reason: 'invalid',
      originalTimestampMs: NOW_MS + 4_000_000,
      ownHeaders: headers
    })
    expect(valueOf(deadLetter)).toBe(login())
  })

  test('is encrypted whole where that takes less room, and goes without its value where neither fits', () => {
    const found = [2000, 3000, 3500].map(length =>
      deadLetterOf({ value: login({ remark: 'x'.repeat(length) }) }, { maxOutputBytes: '4096' })
    )
    expect(found.map(({ encryption, omittedBytes }) => [encryption?.how, omittedBytes])).toEqual([
      ['fields', undefined],
      ['value', undefined],
      [undefined, login({ remark: 'x'.repeat(3500) }).length]
    ])
    expect(valueOf(found[1])).toBe(login({ remark: 'x'.repeat(3000) }))
  })

  test('that does not fit its slab waits for one that it fits; never larger than an output may be, in any size', () => {
    const maxOutputBytes = 4096
    fc.assert(
      fc.property(
        fc.oneof(fc.nat(5000), fc.integer({ min: 3000, max: 3600 })),
        fc.nat(400),
        fc.nat(400),
        (length, keyLength, room) => {
          const given = { key: Buffer.alloc(keyLength), value: login({ remark: 'x'.repeat(length) }), offset: 42 }
          const runner = runnerWith({ maxOutputBytes: String(maxOutputBytes) })
          const small = slabWith([given], { ...usualShape, outputBytes: room })
          runner.run(small, 0, false, NOW_MS)
          expect([small.header[Header.STOPPED_AT], small.rows]).toEqual([0, 0])
          const large = slabWith([given], { ...usualShape, outputBytes: maxOutputBytes })
          runner.run(large, 0, true, NOW_MS)
          const row = rowOf(large)
          const deadLetter = readDeadLetter(row)!
          expect(large.rowKeyLength[0] + Math.max(0, large.rowValueLength[0]) + large.rowHeadersLength[0]).toBeLessThan(
            maxOutputBytes
          )
          if (deadLetter.omittedBytes === undefined) expect(valueOf(deadLetter)).toBe(given.value)
        }
      )
    )
  })

  test('is encrypted with the first key', () => {
    const more = `new:${Buffer.alloc(32, 9).toString('base64')},${FIRST_KEY}`
    expect(deadLetterOf({ value: login() }, { dlqEncryptionKeys: more }).encryption?.keyId).toBe('new')
  })
})

test('with DLQ_MASKING=off a dead letter is the record, whatever keys there are', () => {
  const deadLetter = deadLetterOf({ value: login() }, { dlqMasking: 'off' })
  expect([deadLetter.record.value?.toString(), deadLetter.encryption]).toEqual([login(), undefined])
})

test('filtered and expired records go to the cleaned topic unchanged, masked or not', () => {
  const slab = slabWith([{ value: login(), timestampMs: NOW_MS - 5000 }])
  runnerWith({ maxRecordAgeMs: '1000' }).run(slab, 0, false, NOW_MS)
  expect(rowOf(slab).value?.toString()).toBe(login())
})
