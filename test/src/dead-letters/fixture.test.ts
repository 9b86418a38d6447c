import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type FixtureRecord,
  fixtureRecord,
  foundResult,
  isExact,
  testRecord
} from '../../../src/dead-letters/fixture.ts'
import type { OutgoingRecord } from '../../../src/dead-letters/redriven.ts'
import { deadLetterOf } from '../../fixtures/dead-letters.ts'
import { bytes, headers } from '../../fixtures/records.ts'

const record = { key: Buffer.from('k'), value: Buffer.from([0xff]), headers: [], timestampMs: 7 }
const fixture = (changes: Partial<OutgoingRecord>) =>
  fixtureRecord('name', deadLetterOf(), { ...record, ...changes }, 'dead-letter')
/** As its file keeps it. */
const kept = (each: FixtureRecord) => JSON.parse(JSON.stringify(each)) as FixtureRecord

test('whatever a record’s value is, the test gets its bytes; and its key and headers, if they can be given exactly', () => {
  const records = fc.record({
    key: fc.option(bytes(), { nil: null }),
    value: fc.option(bytes(), { nil: null }),
    headers,
    timestampMs: fc.nat()
  })
  fc.assert(
    fc.property(records, some => {
      const back = kept(fixture(some))
      const given = testRecord(back)
      expect(given.value).toEqual(some.value)
      expect(given.timestampMs).toBe(some.timestampMs)
      if (!isExact(back)) return
      expect(given.key === null ? null : Buffer.from(given.key!)).toEqual(some.key)
      const named = Object.entries(given.headers!).map(([name, value]) => [name, Buffer.from(value)])
      expect(new Map(named as [string, Buffer][])).toEqual(
        new Map(some.headers.map(({ name, value }) => [name, value]))
      )
    })
  )
})

test('a key or a header that is no text, and one that is there twice, can’t be given exactly', () => {
  const header = (name: string, value: Buffer) => ({ name, value })
  expect(isExact(fixture({}))).toBe(true)
  expect(isExact(fixture({ key: null }))).toBe(true)
  expect(isExact(fixture({ key: Buffer.from([0xff]) }))).toBe(false)
  expect(isExact(fixture({ headers: [header('a', Buffer.from([0xff]))] }))).toBe(false)
  expect(isExact(fixture({ headers: [header('a', Buffer.from('1')), header('a', Buffer.from('1'))] }))).toBe(false)
})

test('what is expected is what the dead letter says, or that it is one no more', () => {
  const deadLetter = deadLetterOf({ reason: 'not-json' })
  expect(fixtureRecord('n', deadLetter, record, 'dead-letter').expected).toEqual({
    outcome: 'dead-letter',
    reason: 'not-json',
    message: 'not-json'
  })
  expect(fixtureRecord('n', deadLetter, record, 'processed').expected).toEqual({ outcome: 'processed' })
})

test('only what killed its worker runs apart', () => {
  const isApart = (reason: 'killed-worker' | 'invalid') =>
    fixtureRecord('n', deadLetterOf({ reason }), record, 'processed').apart
  expect([isApart('killed-worker'), isApart('invalid')]).toEqual([true, undefined])
})

test('a result is told in the words of what is expected', () => {
  const output = { key: null, value: null, timestampMs: 1 }
  const outputs = [{ ...output, output: 'dead-letter', headers: { '__connect.errors.exception.message': 'ip:empty' } }]
  expect(foundResult({ outcome: 'dead-letter', reason: 'invalid', outputs })).toEqual({
    outcome: 'dead-letter',
    reason: 'invalid',
    message: 'ip:empty'
  })
  expect(foundResult({ outcome: 'processed', outputs: [{ ...output, output: 'loud', headers: {} }] })).toEqual({
    outcome: 'processed'
  })
})
