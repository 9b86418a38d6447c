import { expect, test } from 'vitest'
import { userLoginAvro } from '../../pipelines/user-login/avro-schemas.ts'
import userLogin from '../../pipelines/user-login/pipeline.ts'
import { createAvroEncoder } from '../../src/avro/encode.ts'
import { testPipeline } from '../../src/test-pipeline.ts'
import { soundLogin } from '../corpus/bad-records.ts'

const environment = {
  INPUT_CODEC: 'avro',
  OUTPUT_CODEC: 'avro',
  SCHEMA_REGISTRY_URL: 'http://not-asked',
  ENRICH_FIELDS: 'none'
}
const schema = { text: JSON.stringify(userLoginAvro), references: [] }

test('objects are written in Avro, and rows read back as JSON', () => {
  const [result] = testPipeline(userLogin, [{ value: soundLogin }], { environment })
  expect(result.outcome).toBe('processed')
  expect(JSON.parse(result.outputs[0].value ?? '')).toMatchObject({ user_id: soundLogin.user_id, event_time: null })
})

test('bytes are read with the schemas that are given, by number or GUID', () => {
  const value = createAvroEncoder(userLoginAvro, 5).encode(soundLogin)
  const guid = Buffer.concat([Buffer.from('0100112233445566778899aabbccddeeff', 'hex'), value.subarray(5)])
  const schemas = { 5: schema, '00112233-4455-6677-8899-AABBCCDDEEFF': schema }
  const records = [{ value }, { value: guid }]
  expect(testPipeline(userLogin, records, { environment, schemas }).map(({ outcome }) => outcome)).toEqual([
    'processed',
    'processed'
  ])
  expect(testPipeline(userLogin, records, { environment }).map(({ reason }) => reason)).toEqual([
    'unknown-schema',
    'unknown-schema'
  ])
})
