import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDeadLetter } from '../../../src/dead-letters/dead-letter.ts'
import { createErrorHeaders } from '../../../src/dead-letters/error-headers.ts'
import {
  ENCRYPTION_HEADER,
  ENCRYPTION_KEY_HEADER,
  OMITTED_BYTES_HEADER,
  ORIGINAL_TIMESTAMP_HEADER,
  PIPELINE_HEADER,
  REASON_HEADER,
  REDRIVE_ATTEMPT_HEADER,
  textHeader
} from '../../../src/dead-letters/headers.ts'
import type { Header } from '../../../src/pipeline.ts'
import { reasons } from '../../../src/slabs/outcomes.ts'
import { SOURCE_HEADER } from '../../../src/slabs/source-header.ts'
import { deadLetterOf, deadLetterRecord, texts } from '../../fixtures/dead-letters.ts'

const source = { topic: 'user-login', partition: 3, offset: Number.MAX_SAFE_INTEGER }
const styles = ['connect', 'spring', 'kafka'] as const
const blocks = Object.fromEntries(
  styles.map(style => {
    const headersOf = createErrorHeaders(style, { groupId: 'g', clientId: 'c', pipeline: 'p' })
    return [style, headersOf({ ...source, timestampMs: 1.7e12 }, 'not-json', 'not-json@1')]
  })
) as Record<(typeof styles)[number], Header[]>
const furtherNames = [REASON_HEADER, PIPELINE_HEADER, ENCRYPTION_HEADER, ENCRYPTION_KEY_HEADER, SOURCE_HEADER]
const ourNames = [
  ...styles.flatMap(style => blocks[style].map(({ name }) => name)),
  ...furtherNames,
  OMITTED_BYTES_HEADER,
  ORIGINAL_TIMESTAMP_HEADER
]

/** Mostly called like ours: a dead letter that was read again, one that somebody copied, one that only looks it. */
const header = fc.record({
  name: fc.oneof(fc.constantFrom(...ourNames, REDRIVE_ATTEMPT_HEADER, '__proto__', ''), fc.string()),
  value: fc.uint8Array({ maxLength: 8 }).map(bytes => Buffer.from(bytes))
})
const ownHeaders = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: header.map(each => [each]) },
      { weight: 1, arbitrary: fc.constantFrom(...styles.map(style => blocks[style])) }
    )
  )
  .map(parts => parts.flat())
const further = fc.subarray([
  textHeader(ORIGINAL_TIMESTAMP_HEADER, '1900000000000'),
  textHeader(OMITTED_BYTES_HEADER, '5000000'),
  textHeader(ENCRYPTION_HEADER, 'value'),
  textHeader(ENCRYPTION_KEY_HEADER, 'k'),
  textHeader(SOURCE_HEADER, 'user-login/3/7/1/1')
])

test('what was appended is taken off again, and whatever the record had on its own stays, even under our names', () => {
  fc.assert(
    fc.property(ownHeaders, fc.constantFrom(...styles), further, (own, style, appended) => {
      const record = { ...deadLetterRecord(), headers: [...own, ...blocks[style], ...appended] }
      const deadLetter = readDeadLetter(record)
      expect(deadLetter?.ownHeaders).toEqual(own)
      expect(deadLetter).toMatchObject({ source, reason: 'not-json', message: 'not-json@1', group: 'g', pipeline: 'p' })
    })
  )
})

test.each(styles)('every reason and its stage reads back from the headers of %s', style => {
  const read = reasons.map(reason => deadLetterOf({ reason, style }))
  expect(read.map(({ reason }) => reason)).toEqual(reasons)
  expect(read.map(({ stage }) => stage)).toEqual(reasons.map(reason => deadLetterOf({ reason }).stage))
})

test('the last block counts, whatever its style: a dead letter that another program has taken over is its own', () => {
  const foreign = changed('exception.class.name', 'org.apache.kafka.connect.errors.DataException')
  expect(readDeadLetter({ ...deadLetterRecord(), headers: [...blocks.spring, ...foreign] })).toBeUndefined()
  const spring = blocks.spring.filter(({ name }) => name !== PIPELINE_HEADER)
  expect(readDeadLetter({ ...deadLetterRecord(), headers: [...blocks.connect, ...spring] })).toBeUndefined()
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
    ['no offset', blocks.connect.filter(({ name }) => !name.endsWith('.offset'))],
    ['no topic', blocks.connect.slice(1)],
    ['a partition that is no number of four bytes', changedIn(blocks.spring, 'original-partition', '3')],
    ['an offset that is no number of eight bytes', changedIn(blocks.spring, 'original-offset', '3')],
    ['a dead letter of Spring', blocks.spring.filter(({ name }) => name !== PIPELINE_HEADER)],
    ["a dead letter of Kafka's own", blocks.kafka.filter(({ name }) => name !== REASON_HEADER)]
  ])('%s', (_name, headers) => {
    expect(readDeadLetter({ ...deadLetterRecord(), headers })).toBeUndefined()
  })
})

function changed(name: string, value: string) {
  return changedIn(blocks.connect, name, value)
}

function changedIn(block: readonly Header[], name: string, value: string) {
  return block.map(each => (each.name.endsWith(name) ? textHeader(each.name, value) : each))
}
