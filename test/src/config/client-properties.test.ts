import { describe, expect, test } from 'vitest'
import { consumerProperties, producerProperties } from '../../../src/config/client-properties.ts'
import * as lists from '../../../src/config/librdkafka-properties.ts'
import { typedProperties } from '../../../src/config/librdkafka.ts'
import { read } from './shout-pipeline.ts'

function consumer(environment: Record<string, string> = {}) {
  const { settings, passThrough } = read(environment)
  return consumerProperties(settings, passThrough)
}

function producer(environment: Record<string, string> = {}) {
  const { settings, passThrough } = read(environment)
  return producerProperties(settings, passThrough)
}

describe('the consumer', () => {
  test('commits, stores and assigns nothing by itself, and tells where partitions end', () => {
    expect(consumer()).toMatchObject({
      'enable.auto.commit': false,
      'enable.auto.offset.store': false,
      'enable.partition.eof': true,
      'isolation.level': 'read_committed',
      'partition.assignment.strategy': 'cooperative-sticky',
      'auto.offset.reset': 'earliest'
    })
  })

  test('has its fetch queue bounded in bytes and in records', () => {
    expect(consumer({ FETCH_QUEUE_BYTES: '33554432' })['queued.max.messages.kbytes']).toBe(32_768)
    expect(consumer({ MAX_IN_FLIGHT_RECORDS: '20000' })['queued.min.messages']).toBe(10_000)
  })

  test('fetches little of each partition at a time, but no less than a broker is to collect', () => {
    expect(consumer({ FETCH_QUEUE_BYTES: '33554432' })['fetch.message.max.bytes']).toBe(524_288)
    expect(consumer({ FETCH_MIN_BYTES: '1000000' })['fetch.message.max.bytes']).toBe(1_000_000)
  })

  test('gets what is passed through, in place of a value that is only tuned', () => {
    expect(consumer({ LIBRDKAFKA_CONSUMER_FETCH_QUEUE_BACKOFF_MS: '50' })['fetch.queue.backoff.ms']).toBe('50')
    expect(producer({ LIBRDKAFKA_CONSUMER_CHECK_CRCS: 'true' })).not.toHaveProperty('check.crcs')
  })
})

describe('the group', () => {
  test('is joined by the protocol and the strategy that are set, as a static member where it has a name', () => {
    expect(consumer({ ASSIGNMENT_STRATEGY: 'range', GROUP_INSTANCE_ID: 'logins-0' })).toMatchObject({
      'group.protocol': 'classic',
      'partition.assignment.strategy': 'range',
      'group.instance.id': 'logins-0'
    })
    expect(consumer()).not.toHaveProperty('group.instance.id')
  })

  test("of KIP-848 is not given what is the brokers' to set, which the client would refuse", () => {
    const properties = consumer({ GROUP_PROTOCOL: 'consumer' })
    expect(properties['group.protocol']).toBe('consumer')
    for (const name of ['partition.assignment.strategy', 'session.timeout.ms', 'heartbeat.interval.ms']) {
      expect(properties).not.toHaveProperty(name)
    }
  })
})

describe('the producer for exactly-once', () => {
  const exactly = { DELIVERY: 'exactly-once', GROUP_ID: 'g', TRANSACTION_TIMEOUT_MS: '10000' }

  test('has transactions, and no row that outlives them', () => {
    expect(producer({ ...exactly, INSTANCE_ID: 'a' })).toMatchObject({
      'transactional.id': 'g-a',
      'transaction.timeout.ms': 10_000,
      'delivery.timeout.ms': 10_000
    })
    expect(producer({ ...exactly, DELIVERY_TIMEOUT_MS: '5000' })['delivery.timeout.ms']).toBe(5000)
  })

  test('has a name of its own at each start, so that copies on one host do not fence each other', () => {
    const names = [producer(exactly), producer(exactly)].map(properties => properties['transactional.id'])
    expect(names[0]).toMatch(/^g-.+-[0-9a-f]{12}$/)
    expect(names[0]).not.toBe(names[1])
  })

  test('is not made for at-least-once', () => {
    expect(producer({ INSTANCE_ID: 'a' })).not.toHaveProperty('transactional.id')
  })
})

describe('the producer', () => {
  test('is idempotent, waits for all replicas, reports all deliveries and places keys as Java clients do', () => {
    expect(producer()).toMatchObject({
      'enable.idempotence': true,
      acks: 'all',
      partitioner: 'murmur2_random',
      'compression.type': 'lz4',
      'linger.ms': 1
    })
  })

  test.each(['MAX_RECORD_BYTES', 'MAX_OUTPUT_BYTES'])(
    'can send the largest record of %s with what surrounds it',
    name => {
      expect(producer({ [name]: '10000000' })['message.max.bytes']).toBeGreaterThan(10_000_000)
    }
  )

  test('waits no longer than for what is just being handed over: what else LINGER_MS is for comes before', () => {
    expect(producer({ LINGER_MS: '500' })['linger.ms']).toBe(1)
    expect(producer({ LINGER_MS: '0' })['linger.ms']).toBe(0)
    expect(producer({ LINGER_MS: '50', DELIVERY: 'exactly-once' })['linger.ms']).toBe(50)
  })

  test('can queue the largest record that may be set', () => {
    const properties = producer({ MAX_OUTPUT_BYTES: '52428800' })
    expect(Number(properties['queue.buffering.max.kbytes']) * 1024).toBeGreaterThan(
      Number(properties['message.max.bytes'])
    )
  })

  test('has room for several rows of each record in flight', () => {
    expect(producer({ MAX_IN_FLIGHT_RECORDS: '100000' })['queue.buffering.max.messages']).toBe(400_000)
  })
})

describe('both clients', () => {
  const secured = {
    BROKERS: 'a:1,b:2',
    SECURITY_PROTOCOL: 'SASL_SSL',
    SASL_MECHANISM: 'PLAIN',
    SASL_USERNAME: 'u',
    SASL_PASSWORD: 'p',
    SSL_CA_FILE: '/ca'
  }

  test.each([consumer, producer])('connect as they are told', of => {
    expect(of(secured)).toMatchObject({
      'bootstrap.servers': 'a:1,b:2',
      'socket.nagle.disable': true,
      'security.protocol': 'sasl_ssl',
      'sasl.mechanism': 'PLAIN',
      'sasl.username': 'u',
      'sasl.password': 'p',
      'ssl.ca.location': '/ca'
    })
  })

  test.each([consumer, producer])('are given no property without a value', of => {
    expect(Object.entries(of()).filter(([name, value]) => value === undefined || /^(sasl|ssl)\./.test(name))).toEqual(
      []
    )
  })

  test('are given only properties that they know', () => {
    const both = lists.sharedProperties
    expect(
      Object.keys(consumer(secured)).filter(name => ![...both, ...lists.consumerOnlyProperties].includes(name))
    ).toEqual([])
    expect(
      Object.keys(producer(secured)).filter(name => ![...both, ...lists.producerOnlyProperties].includes(name))
    ).toEqual([])
  })

  test('set every property that is said to be set by a setting, under one of its names', () => {
    const everything = {
      ...secured,
      SSL_CERTIFICATE_FILE: '/c',
      SSL_KEY_FILE: '/k',
      SSL_KEY_PASSWORD: 'x',
      GROUP_INSTANCE_ID: 'a',
      DELIVERY: 'exactly-once'
    }
    const set = new Set([...Object.keys(consumer(everything)), ...Object.keys(producer(everything))])
    expect(Object.values(typedProperties).filter(names => !names.some(name => set.has(name)))).toEqual([])
  })
})
