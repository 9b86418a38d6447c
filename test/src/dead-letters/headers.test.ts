import { expect, test } from 'vitest'
import { createErrorHeaders, type HeaderStyleName } from '../../../src/dead-letters/error-headers.ts'
import type { DeadLetterSource } from '../../../src/dead-letters/header-styles/style.ts'
import type { Header } from '../../../src/pipeline.ts'
import { reasons, type Reason } from '../../../src/slabs/outcomes.ts'

const source = { topic: 'logins', partition: 3, offset: Number.MAX_SAFE_INTEGER, timestampMs: 1_700_000_000_000 }

function headersOf(style: HeaderStyleName, place: DeadLetterSource, reason: Reason, message: string): Header[] {
  return createErrorHeaders(style, { groupId: 'group', clientId: 'client', pipeline: 'user-login' })(
    place,
    reason,
    message
  )
}

const texts = (headers: readonly Header[]) => headers.map(({ name, value }) => [name, String(value)])

test('connect: the headers are Kafka Connect’s, all text', () => {
  expect(texts(headersOf('connect', source, 'not-json', 'not-json@17'))).toEqual([
    ['__connect.errors.topic', 'logins'],
    ['__connect.errors.partition', '3'],
    ['__connect.errors.offset', '9007199254740991'],
    ['__connect.errors.connector.name', 'group'],
    ['__connect.errors.task.id', 'client'],
    ['__connect.errors.stage', 'VALUE_CONVERTER'],
    ['__connect.errors.class.name', 'millrace.user-login'],
    ['__connect.errors.exception.class.name', 'millrace.not-json'],
    ['__connect.errors.exception.message', 'not-json@17']
  ])
})

test('kafka: the headers are those of Kafka’s own dead-letter queues, all text, and two of ours', () => {
  expect(texts(headersOf('kafka', source, 'invalid', 'ip:empty, locale:missing'))).toEqual([
    ['__dlq.errors.topic', 'logins'],
    ['__dlq.errors.partition', '3'],
    ['__dlq.errors.offset', '9007199254740991'],
    ['__dlq.errors.group', 'group'],
    ['__dlq.errors.message', 'ip:empty, locale:missing'],
    ['millrace.reason', 'invalid'],
    ['millrace.pipeline', 'user-login']
  ])
})

test('spring: the headers are Spring Kafka’s, numbers in its binary form, and one of ours', () => {
  const headers = headersOf('spring', source, 'not-json', 'not-json@17')
  const numbers = new Set(['partition', 'offset', 'timestamp'].map(name => `kafka_dlt-original-${name}`))
  expect(
    headers.map(({ name, value }) => [name, Buffer.from(value).toString(numbers.has(name) ? 'hex' : 'utf8')])
  ).toEqual([
    ['kafka_dlt-original-topic', 'logins'],
    ['kafka_dlt-original-partition', '00000003'],
    ['kafka_dlt-original-offset', '001fffffffffffff'],
    ['kafka_dlt-original-timestamp', '0000018bcfe56800'],
    ['kafka_dlt-original-timestamp-type', 'CreateTime'],
    ['kafka_dlt-original-consumer-group', 'group'],
    ['kafka_dlt-exception-fqcn', 'millrace.not-json'],
    ['kafka_dlt-exception-message', 'not-json@17'],
    ['millrace.pipeline', 'user-login']
  ])
})

test('spring: a record without a timestamp has the time and the type that Java gives it', () => {
  const headers = headersOf('spring', { ...source, timestampMs: -1 }, 'invalid', 'ip:empty')
  const value = (name: string) => Buffer.from(headers.find(each => each.name === `kafka_dlt-original-${name}`)!.value)
  expect([value('timestamp').toString('hex'), value('timestamp-type').toString()]).toEqual([
    'ffffffffffffffff',
    'NoTimestampType'
  ])
})

test('the stage says whether the record or its transformation was at fault', () => {
  const inTransformation = reasons.filter(reason => {
    const stage = headersOf('connect', source, reason, '').find(({ name }) => name.endsWith('.stage'))
    return String(stage?.value) === 'TRANSFORMATION'
  })
  expect(inTransformation).toEqual(['rejected', 'transform-threw', 'output-too-large', 'killed-worker', 'null-key'])
})
