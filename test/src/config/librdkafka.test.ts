import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ownedProperties, readPassThrough, typedProperties } from '../../../src/config/librdkafka.ts'
import * as lists from '../../../src/config/librdkafka-properties.ts'
import { formatProblems } from '../../../src/config/problem.ts'

function refusal(environment: Record<string, string>): string {
  const { problems } = readPassThrough(environment)
  return problems.length === 0 ? '' : formatProblems(problems)
}

test('a property becomes the name with dots, for the one client that it is meant for', () => {
  const { properties, problems } = readPassThrough({
    LIBRDKAFKA_CONSUMER_FETCH_MAX_BYTES: '1000000',
    LIBRDKAFKA_PRODUCER_SOCKET_NAGLE_DISABLE: 'false',
    LIBRDKAFKA_PRODUCER_DEBUG: '',
    FETCH_MAX_BYTES: '1'
  })
  expect(problems).toEqual([])
  expect(properties).toEqual({
    consumer: { 'fetch.max.bytes': '1000000' },
    producer: { 'socket.nagle.disable': 'false' }
  })
})

describe('a property that a setting sets', () => {
  test.each([
    ['LIBRDKAFKA_CONSUMER_GROUP_ID', 'GROUP_ID'],
    ['LIBRDKAFKA_PRODUCER_LINGER_MS', 'LINGER_MS'],
    ['LIBRDKAFKA_PRODUCER_QUEUE_BUFFERING_MAX_MS', 'LINGER_MS'],
    ['LIBRDKAFKA_CONSUMER_METADATA_BROKER_LIST', 'BROKERS'],
    ['LIBRDKAFKA_PRODUCER_COMPRESSION_CODEC', 'COMPRESSION'],
    ['LIBRDKAFKA_CONSUMER_PARTITION_ASSIGNMENT_STRATEGY', 'ASSIGNMENT_STRATEGY'],
    ['LIBRDKAFKA_CONSUMER_GROUP_PROTOCOL', 'GROUP_PROTOCOL'],
    ['LIBRDKAFKA_PRODUCER_TRANSACTIONAL_ID', 'INSTANCE_ID'],
    ['LIBRDKAFKA_PRODUCER_MESSAGE_TIMEOUT_MS', 'DELIVERY_TIMEOUT_MS'],
    ['LIBRDKAFKA_CONSUMER_SASL_MECHANISMS', 'SASL_MECHANISM']
  ])('is refused, naming both: %s and %s', (raw, setting) => {
    expect(refusal({ [raw]: 'hunter2' })).toContain(`${raw}, ${setting}: both set librdkafka's`)
    expect(refusal({ [raw]: 'hunter2' })).not.toContain('hunter2')
  })
})

describe('a property that the guarantees rest on', () => {
  test.each([
    ['LIBRDKAFKA_CONSUMER_ENABLE_AUTO_COMMIT', 'an offset is committed only when'],
    ['LIBRDKAFKA_CONSUMER_GROUP_REMOTE_ASSIGNOR', 'ASSIGNMENT_STRATEGY'],
    ['LIBRDKAFKA_PRODUCER_ENABLE_IDEMPOTENCE', 'order kept'],
    ['LIBRDKAFKA_PRODUCER_REQUEST_REQUIRED_ACKS', 'order kept'],
    ['LIBRDKAFKA_PRODUCER_PARTITIONER', 'Java clients']
  ])('is refused with the reason: %s', (raw, reason) => {
    expect(refusal({ [raw]: 'x' })).toMatch(new RegExp(`${raw}: .*${reason}`))
  })
})

describe('a property that would do nothing', () => {
  test('because it is misspelt is refused, with the likely one', () => {
    expect(refusal({ LIBRDKAFKA_CONSUMER_FTECH_MAX_BYTES: '1' })).toContain(
      'librdkafka has no property ftech.max.bytes; perhaps LIBRDKAFKA_CONSUMER_FETCH_MAX_BYTES is meant'
    )
    expect(refusal({ LIBRDKAFKA_PRODUCER_COLOUR: '1' })).toContain('has no property colour')
  })

  test('because it is of the other client is refused', () => {
    expect(refusal({ LIBRDKAFKA_PRODUCER_FETCH_MAX_BYTES: '1' })).toContain('is a property of the consumer')
    expect(refusal({ LIBRDKAFKA_CONSUMER_BATCH_NUM_MESSAGES: '1' })).toContain('is a property of the producer')
  })
})

describe('the lists of properties', () => {
  const all = [...lists.sharedProperties, ...lists.consumerOnlyProperties, ...lists.producerOnlyProperties]

  test('are those of the librdkafka that is installed', () => {
    expect(all.toSorted()).toEqual([...installedProperties()].toSorted())
  })

  test('hold everything that a setting sets or that is refused', () => {
    const named = [...Object.values(typedProperties).flat(), ...Object.keys(ownedProperties)]
    expect(named.filter(property => !all.includes(property))).toEqual([])
  })
})

/** From the client's own table: all but callbacks, pointers and the few that an environment variable can't spell. */
function installedProperties(): Set<string> {
  const page = new URL(
    '../../../node_modules/@confluentinc/kafka-javascript/deps/librdkafka/CONFIGURATION.md',
    import.meta.url
  )
  const rows = readFileSync(page, 'utf8')
    .split('\n')
    .filter(line => /^[a-z]\S* +\| /.test(line))
  const writable = rows.filter(row => !/\*Type: (pointer|see dedicated API|pattern list callback)\*/.test(row))
  const names = writable.map(row => row.slice(0, row.indexOf(' ')))
  return new Set(names.filter(name => !name.includes('_') && name !== 'builtin.features'))
}
