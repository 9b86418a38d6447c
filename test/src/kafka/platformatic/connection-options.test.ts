import { describe, expect, test } from 'vitest'
import { connectionOptions, refusalOf } from '../../../../src/kafka/platformatic/connection-options.ts'
import { passThroughName } from '../../../../src/config/librdkafka.ts'
import { read } from '../../config/shout-pipeline.ts'

type Properties = Readonly<Record<string, string>>

function options(environment: Properties, properties: Properties = {}) {
  const { settings, problems } = read(environment)
  expect(problems).toEqual([])
  return connectionOptions(settings, properties, path => `contents of ${path}`)
}

describe('brokers', () => {
  test.each([
    ['kafka', { host: 'kafka', port: 9092 }],
    ['kafka-1.example.com:19092', { host: 'kafka-1.example.com', port: 19_092 }],
    ['[2001:db8::1]:9093', { host: '2001:db8::1', port: 9093 }],
    ['[::1]', { host: '::1', port: 9092 }]
  ])('%s', (brokers, broker) => {
    expect(options({ BROKERS: brokers }).bootstrapBrokers).toEqual([broker])
  })

  test('are all of the list', () => {
    expect(options({ BROKERS: 'a:1,b:2' }).bootstrapBrokers).toHaveLength(2)
  })
})

test('nothing is encrypted and nobody logs in unless that is set', () => {
  expect(options({ CLIENT_ID: 'me' })).toMatchObject({ clientId: 'me' })
  expect(Object.keys(options({}))).not.toEqual(expect.arrayContaining(['tls']))
  expect(Object.keys(options({}))).not.toEqual(expect.arrayContaining(['sasl']))
})

test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('%s logs in by name and password', mechanism => {
  const login = { SASL_MECHANISM: mechanism, SASL_USERNAME: 'me', SASL_PASSWORD: 'secret' }
  const sasl = { mechanism, username: 'me', password: 'secret' }
  expect(options({ SECURITY_PROTOCOL: 'SASL_PLAINTEXT', ...login })).toMatchObject({ sasl })
  expect(options({ SECURITY_PROTOCOL: 'SASL_SSL', ...login })).toMatchObject({ sasl, tls: {} })
})

describe('TLS', () => {
  const SSL = { SECURITY_PROTOCOL: 'SSL', BROKERS: 'kafka:9093' }

  test('trusts the authorities of the file, and shows the certificate', () => {
    const files = { SSL_CA_FILE: 'ca', SSL_CERTIFICATE_FILE: 'cert', SSL_KEY_FILE: 'key', SSL_KEY_PASSWORD: 'open' }
    expect(options({ ...SSL, ...files }).tls).toEqual({
      ca: 'contents of ca',
      cert: 'contents of cert',
      key: 'contents of key',
      passphrase: 'open'
    })
  })

  test("trusts the system's authorities without a file", () => {
    expect(options(SSL).tls?.ca).toEqual(expect.arrayContaining([expect.stringContaining('BEGIN CERTIFICATE')]))
  })

  test('names the broker that it wants to speak to, unless that is an address', () => {
    expect(options(SSL).tlsServerName).toBe(true)
    expect(options({ ...SSL, BROKERS: 'kafka:9093,10.0.0.1:9093' }).tlsServerName).toBe(false)
  })

  test("takes librdkafka's own properties for what has no setting", () => {
    expect(options(SSL, { 'ssl.ca.pem': 'pem', 'enable.ssl.certificate.verification': 'false' }).tls).toMatchObject({
      ca: 'pem',
      rejectUnauthorized: false
    })
    const { tls } = options(SSL, { 'ssl.endpoint.identification.algorithm': 'none' })
    expect(tls?.checkServerIdentity?.('kafka', {} as never)).toBeUndefined()
    expect(options(SSL).tls).not.toHaveProperty('checkServerIdentity')
  })

  test('says which file of which setting can not be read', () => {
    const { settings } = read({ ...SSL, SSL_CA_FILE: '/nowhere' })
    const missing = () => {
      throw Object.assign(new Error('no'), { code: 'ENOENT' })
    }
    expect(() => connectionOptions(settings, {}, missing)).toThrow(
      "SSL_CA_FILE names a file that can't be read (ENOENT)"
    )
  })
})

describe('refused, as the client can not do it', () => {
  test.each(['OAUTHBEARER', 'GSSAPI'])('%s', mechanism => {
    const { settings } = read({ SECURITY_PROTOCOL: 'SASL_SSL', SASL_MECHANISM: mechanism })
    expect(refusalOf(settings, {})).toContain(`SASL_MECHANISM: ${mechanism} is not known`)
  })

  test.each(['ssl.cipher.suites', 'sasl.oauthbearer.config', 'enable.sasl.oauthbearer.unsecure.jwt'])(
    '%s',
    property => {
      expect(refusalOf(read({}).settings, { [property]: 'x' })).toContain(
        `unset ${passThroughName('consumer', property)}`
      )
    }
  )

  test('and nothing else', () => {
    const properties = { 'fetch.max.bytes': '1', 'ssl.ca.pem': 'x', 'broker.address.family': 'v4' }
    expect(refusalOf(read({}).settings, properties)).toBeUndefined()
  })
})
