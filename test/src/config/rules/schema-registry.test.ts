import { expect, test } from 'vitest'
import userLogin from '../../../../pipelines/user-login/pipeline.ts'
import { mistakes, shout } from '../shout-pipeline.ts'

const URL = { SCHEMA_REGISTRY_URL: 'https://registry:8081' }
const avroShout = (avro: object) => ({ ...shout, input: { ...shout.input, avro } })
const ours = (environment: Record<string, string>) => mistakes(environment, userLogin)

test.each([
  [{ INPUT_CODEC: 'avro', OUTPUT_CODEC: 'avro', ...URL }],
  [{ VALIDATE_WITH: 'avro' }],
  [{ INPUT_CODEC: 'avro', EXTRA_FIELDS: 'keep', ...URL }],
  [{ SCHEMA_REGISTRY_USERNAME: 'u', SCHEMA_REGISTRY_PASSWORD: 'p', ...URL }],
  [{ SCHEMA_REGISTRY_TOKEN: 't', SCHEMA_REGISTRY_CA_FILE: 'ca', ...URL }]
])('%j is fine', environment => {
  expect(ours(environment)).toBe('')
})

// The mistake in each: every record would be a dead letter, or the first request would fail without a word of why.
test.each([
  [{ INPUT_CODEC: 'avro' }, 'INPUT_CODEC, SCHEMA_REGISTRY_URL: only a schema registry knows'],
  [{ OUTPUT_CODEC: 'avro' }, 'OUTPUT_CODEC, SCHEMA_REGISTRY_URL: Avro rows carry the number'],
  [
    { OUTPUT_CODEC: 'avro', EXTRA_FIELDS: 'keep', ...URL },
    'EXTRA_FIELDS, OUTPUT_CODEC: the schema of Avro rows has no place'
  ],
  [{ SCHEMA_REGISTRY_USERNAME: 'u', ...URL }, 'a user name and its password are of use together only'],
  [{ SCHEMA_REGISTRY_PASSWORD: 'hunter2', ...URL }, 'a user name and its password are of use together only'],
  [
    { SCHEMA_REGISTRY_TOKEN: 't', SCHEMA_REGISTRY_USERNAME: 'u', SCHEMA_REGISTRY_PASSWORD: 'p', ...URL },
    'by a token or by a user name, not by both'
  ],
  [{ SCHEMA_REGISTRY_TOKEN: 't' }, 'no schema registry is asked'],
  [{ SCHEMA_REGISTRY_CERT_FILE: 'c', ...URL }, 'a certificate and its key are of use together only'],
  [{ SCHEMA_REGISTRY_CA_FILE: 'ca', SCHEMA_REGISTRY_URL: 'http://r' }, 'certificates are not asked for over http://'],
  [{ SCHEMA_REGISTRY_URL: 'http://user:hunter2@registry' }, 'SCHEMA_REGISTRY_URL: is not of the form'],
  [{ SCHEMA_REGISTRY_URL: 'registry:8081' }, 'SCHEMA_REGISTRY_URL: is not of the form']
])('%j is refused', (environment, message) => {
  expect(ours(environment)).toContain(message)
  expect(ours(environment)).not.toContain('hunter2')
})

test.each([
  [{ INPUT_CODEC: 'avro', ...URL }, 'pipeline shout, input.avro: the pipeline declares no Avro schema'],
  [{ VALIDATE_WITH: 'avro' }, 'pipeline shout, input.avro: the pipeline declares no Avro schema'],
  [{ OUTPUT_CODEC: 'avro', ...URL }, 'pipeline shout, outputs.loud.avro: the pipeline declares no Avro schema']
])('a pipeline without Avro schemas is not run with %j', (environment, message) => {
  expect(mistakes(environment)).toContain(message)
})

test.each([
  [{ type: 'record' }, 'not an Avro schema of a record'],
  [{ type: 'string' }, 'it is a schema of string'],
  [{ type: 'record', name: 'a', fields: [{ name: 'b', type: ['int', 'long'] }] }, 'ambiguous']
])('a schema that is none is told when the settings are read: %j', (avro, message) => {
  expect(mistakes({ VALIDATE_WITH: 'avro' }, avroShout(avro))).toContain(message)
})
