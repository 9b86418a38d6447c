import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDeadLetter } from '../../../src/dead-letters/dead-letter.ts'
import {
  createDeadLetterHeaders,
  OMITTED_BYTES_HEADER,
  ORIGINAL_TIMESTAMP_HEADER,
  PREFIX,
  REDRIVE_ATTEMPT_HEADER,
  textHeader
} from '../../../src/dead-letters/headers.ts'
import { reasons } from '../../../src/slabs/outcomes.ts'
import { SOURCE_HEADER } from '../../../src/slabs/source-header.ts'
import { deadLetterOf, deadLetterRecord, texts } from '../../fixtures/dead-letters.ts'

const source = { topic: 'user-login', partition: 3, offset: Number.MAX_SAFE_INTEGER }
const block = createDeadLetterHeaders({ groupId: 'g', clientId: 'c', pipeline: 'p' })(source, 'not-json', 'not-json@1')
const ourNames = [...block.map(({ name }) => name), OMITTED_BYTES_HEADER, ORIGINAL_TIMESTAMP_HEADER, SOURCE_HEADER]

/** Mostly called like ours: a dead letter that was read again, one that somebody copied, one that only looks it. */
const header = fc.record({
  name: fc.oneof(fc.constantFrom(...ourNames, REDRIVE_ATTEMPT_HEADER, '__proto__', ''), fc.string()),
  value: fc.uint8Array({ maxLength: 8 }).map(bytes => Buffer.from(bytes))
})
const ownHeaders = fc
  .array(fc.oneof({ weight: 4, arbitrary: header.map(each => [each]) }, { weight: 1, arbitrary: fc.constant(block) }))
  .map(parts => parts.flat())
const further = fc.subarray([
  textHeader(ORIGINAL_TIMESTAMP_HEADER, '1900000000000'),
  textHeader(OMITTED_BYTES_HEADER, '5000000'),
  textHeader(SOURCE_HEADER, 'user-login/3/7/1/1')
])

test('what was appended is taken off again, and whatever the record had on its own stays, even under our names', () => {
  fc.assert(
    fc.property(ownHeaders, further, (own, appended) => {
      const record = { ...deadLetterRecord(), headers: [...own, ...block, ...appended] }
      const deadLetter = readDeadLetter(record)
      expect(deadLetter?.ownHeaders).toEqual(own)
      expect(deadLetter).toMatchObject({ source, reason: 'not-json', message: 'not-json@1', group: 'g', pipeline: 'p' })
    })
  )
})

test('every reason reads back', () => {
  const read = reasons.map(reason => deadLetterOf({ reason }).reason)
  expect(read).toEqual(reasons)
})

test('what was left out, and a time that brokers refuse, read back as numbers', () => {
  const time = [textHeader(ORIGINAL_TIMESTAMP_HEADER, '1900000000000')]
  expect(deadLetterOf({ omittedBytes: 5_000_000 })).toMatchObject({ omittedBytes: 5_000_000 })
  expect(deadLetterOf({ further: time })).toMatchObject({ originalTimestampMs: 1.9e12 })
  const { omittedBytes, originalTimestampMs } = deadLetterOf()
  expect([omittedBytes, originalTimestampMs]).toEqual([undefined, undefined])
})

test('what another program has appended since is kept, even what it has copied from our own', () => {
  const copied = [textHeader(OMITTED_BYTES_HEADER, '5'), textHeader(OMITTED_BYTES_HEADER, '6')]
  const { omittedBytes, ownHeaders: rest } = deadLetterOf({ further: copied })
  expect([omittedBytes, ...texts(rest)]).toEqual([5, `${OMITTED_BYTES_HEADER}=6`])
  const { ownHeaders: own } = deadLetterOf({ headers: [textHeader('a', '1')], further: [textHeader('copied-by', 'x')] })
  expect(texts(own)).toEqual(['a=1', 'copied-by=x'])
})

describe('is none of ours:', () => {
  test.each([
    ['no headers', []],
    [
      'a dead letter of Kafka Connect',
      changed('exception.class.name', 'org.apache.kafka.connect.errors.DataException')
    ],
    ['an offset that is none', changed('offset', 'x')],
    ['no offset', block.filter(({ name }) => name !== `${PREFIX}offset`)],
    ['no topic', block.slice(1)]
  ])('%s', (_name, headers) => {
    expect(readDeadLetter({ ...deadLetterRecord(), headers })).toBeUndefined()
  })
})

function changed(name: string, value: string) {
  return block.map(each => (each.name === `${PREFIX}${name}` ? textHeader(each.name, value) : each))
}
