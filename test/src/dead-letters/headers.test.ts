import { expect, test } from 'vitest'
import { createDeadLetterHeaders } from '../../../src/dead-letters/headers.ts'
import { reasons } from '../../../src/slabs/outcomes.ts'

const headersOf = createDeadLetterHeaders({ groupId: 'group', clientId: 'client', pipeline: 'user-login' })
const source = { topic: 'logins', partition: 3, offset: Number.MAX_SAFE_INTEGER }

test('the headers are Kafka Connect’s, all text', () => {
  const headers = headersOf(source, 'not-json', 'not-json@17')
  expect(headers.map(({ name, value }) => [name, String(value)])).toEqual([
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

test('the stage says whether the record or its transformation was at fault', () => {
  const inTransformation = reasons.filter(reason => {
    const stage = headersOf(source, reason, '').find(({ name }) => name.endsWith('.stage'))
    return String(stage?.value) === 'TRANSFORMATION'
  })
  expect(inTransformation).toEqual(['rejected', 'transform-threw', 'output-too-large', 'killed-worker'])
})
