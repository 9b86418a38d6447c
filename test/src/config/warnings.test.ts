import { expect, test } from 'vitest'
import { read, shoutWithTime } from './shout-pipeline.ts'

test('two kinds of record in one topic are allowed, with a warning', () => {
  const { problems, warnings } = read({ CLEANED_TOPIC: 'loud-words' })
  expect(problems).toEqual([])
  expect(warnings).toEqual([expect.stringContaining('Topic loud-words takes more than one of')])
})

test('a password that travels unencrypted is allowed, with a warning', () => {
  const login = { SASL_MECHANISM: 'PLAIN', SASL_USERNAME: 'u', SASL_PASSWORD: 'hunter2' }
  expect(read({ ...login, SECURITY_PROTOCOL: 'SASL_PLAINTEXT' }).warnings).toEqual([
    'SECURITY_PROTOCOL=SASL_PLAINTEXT with SASL_MECHANISM=PLAIN sends the password unencrypted.'
  ])
  expect(read({ ...login, SECURITY_PROTOCOL: 'SASL_SSL' }).warnings).toEqual([])
  const scram = { ...login, SECURITY_PROTOCOL: 'SASL_PLAINTEXT', SASL_MECHANISM: 'SCRAM-SHA-512' }
  expect(read(scram).warnings).toEqual([])
})

test('a password for a registry that travels unencrypted is allowed, with a warning', () => {
  const login = { SCHEMA_REGISTRY_USERNAME: 'u', SCHEMA_REGISTRY_PASSWORD: 'hunter2' }
  const warning = 'SCHEMA_REGISTRY_URL begins with http://, so that the password or token is sent unencrypted.'
  expect(read({ ...login, SCHEMA_REGISTRY_URL: 'http://registry:8081' }).warnings).toEqual([warning])
  expect(read({ SCHEMA_REGISTRY_TOKEN: 't', SCHEMA_REGISTRY_URL: 'http://localhost.example' }).warnings).toEqual([
    warning
  ])
  for (const url of ['https://registry', 'http://localhost:8081', 'http://127.0.0.1:1/api']) {
    expect(read({ ...login, SCHEMA_REGISTRY_URL: url }).warnings).toEqual([])
  }
})

test('a clock for an age that has no limit is allowed, with a warning', () => {
  expect(read({ AGE_CLOCK: 'event' }, shoutWithTime).warnings).toEqual([expect.stringContaining('AGE_CLOCK=event')])
  expect(read({ AGE_CLOCK: 'event', MAX_RECORD_AGE_MS: '60000' }, shoutWithTime).warnings).toEqual([])
})

test("the pipeline's own warnings are among them", () => {
  expect(read({ SHOUT_KEY: 'short' }).warnings).toEqual(['SHOUT_KEY is short.'])
})
