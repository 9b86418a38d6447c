import { expect, test } from 'vitest'
import { ORIGINAL_TIMESTAMP_HEADER, textHeader } from '../../../src/dead-letters/headers.ts'
import { historyOf, redriven } from '../../../src/dead-letters/redriven.ts'
import { type DeadLetterWish, deadLetterOf, GROUP, texts } from '../../fixtures/dead-letters.ts'

const HOUR_MS = 3_600_000
const nowMs = 1_700_000_000_000
const origin = { topic: 'input', partition: 1, offset: 7 }
const own = [textHeader('trace', '1'), textHeader('trace', '2')]

function redrive(wish: DeadLetterWish, group = GROUP) {
  return redriven(deadLetterOf(wish), group, nowMs)
}

test('key, value, headers and time are the record’s own again, and a mark counts', () => {
  const { key, value, headers, timestampMs } = redrive({ source: origin, headers: own, timestampMs: nowMs - 5 })
  expect({ key: String(key), value: String(value), timestampMs }).toEqual({
    key: 'key',
    value: 'value',
    timestampMs: nowMs - 5
  })
  expect(texts(headers)).toEqual([
    'trace=1',
    'trace=2',
    'millrace.redrive.attempt=1',
    'millrace.redrive.origin=input/1/7',
    'millrace.redrive.group=logins'
  ])
})

test('a null key and an empty value stay what they are', () => {
  expect(redrive({ key: null, value: '' })).toMatchObject({ key: null, value: Buffer.alloc(0) })
})

test('the mark of the redrive before is replaced by one that counts on, and says where the record first came in', () => {
  const first = redrive({ source: origin, headers: own })
  const again = { source: { topic: 'retry', partition: 0, offset: 99 }, headers: first.headers }
  expect(historyOf(deadLetterOf(again).ownHeaders, again.source, GROUP)).toEqual({ attempt: 1, origin })
  expect(texts(redrive(again).headers)).toEqual([
    'trace=1',
    'trace=2',
    'millrace.redrive.attempt=2',
    'millrace.redrive.origin=input/1/7',
    'millrace.redrive.group=logins'
  ])
})

test('the mark of another group, such as the pipeline before ours, is the record’s own and does not count', () => {
  const upstream = redrive({ source: { topic: 'raw', partition: 5, offset: 5 } }, 'upstream')
  const { headers } = redrive({ source: origin, headers: upstream.headers })
  expect(texts(headers)).toEqual([
    'millrace.redrive.attempt=1',
    'millrace.redrive.origin=raw/5/5',
    'millrace.redrive.group=upstream',
    'millrace.redrive.attempt=1',
    'millrace.redrive.origin=input/1/7',
    'millrace.redrive.group=logins'
  ])
  const back = redrive({ source: { topic: 'raw', partition: 5, offset: 6 }, headers }, 'upstream')
  expect(texts(back.headers)).toEqual([
    'millrace.redrive.attempt=1',
    'millrace.redrive.origin=input/1/7',
    'millrace.redrive.group=logins',
    'millrace.redrive.attempt=2',
    'millrace.redrive.origin=raw/5/5',
    'millrace.redrive.group=upstream'
  ])
})

test.each([
  ['an attempt that is no number', ['x', 'input/1/7', GROUP]],
  ['an origin that is no position', ['1', 'input', GROUP]],
  ['no group', ['1', 'input/1/7']]
])('what is no whole mark is the record’s own: %s', (_name, values) => {
  const names = ['attempt', 'origin', 'group']
  const headers = values.map((value, index) => textHeader(`millrace.redrive.${names[index]}`, value))
  expect(redrive({ headers }).headers.slice(0, headers.length)).toEqual(headers)
  expect(historyOf(headers, origin, GROUP)).toEqual({ attempt: 0, origin })
})

test('a time that brokers took for too far ahead comes back when they would take it', () => {
  const further = [textHeader(ORIGINAL_TIMESTAMP_HEADER, String(nowMs + HOUR_MS))]
  expect(redrive({ further }).timestampMs).toBe(nowMs + HOUR_MS)
})

test('and else is kept in a header, through any number of redrives', () => {
  const aheadMs = nowMs + 2 * HOUR_MS
  const first = redrive({ further: [textHeader(ORIGINAL_TIMESTAMP_HEADER, String(aheadMs))] })
  expect(first.timestampMs).toBe(nowMs)
  expect(texts(first.headers).at(-1)).toBe(`millrace.original.timestamp=${aheadMs}`)

  const again = deadLetterOf({ headers: first.headers, timestampMs: first.timestampMs })
  expect(texts(redriven(again, GROUP, nowMs).headers)).toHaveLength(4)
  const later = redriven(again, GROUP, aheadMs)
  expect(later.timestampMs).toBe(aheadMs)
  expect(texts(later.headers)).toEqual([
    'millrace.redrive.attempt=2',
    'millrace.redrive.origin=input/1/7',
    'millrace.redrive.group=logins'
  ])
})

test('of a dead letter that left its value out, everything is taken from the record that it came from', () => {
  const marked = redrive({ source: origin, headers: own })
  const original = { ...origin, ...marked, offset: 50, value: Buffer.alloc(1000), timestampMs: 1234 }
  const deadLetter = deadLetterOf({ source: original, omittedBytes: 1000, key: null })
  const { key, value, headers, timestampMs } = redriven(deadLetter, GROUP, nowMs, original)
  expect({ key: String(key), bytes: value?.length, timestampMs }).toEqual({
    key: 'key',
    bytes: 1000,
    timestampMs: 1234
  })
  expect(texts(headers).slice(0, 4)).toEqual([
    'trace=1',
    'trace=2',
    'millrace.redrive.attempt=2',
    'millrace.redrive.origin=input/1/7'
  ])
})
