import avsc from 'avsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { processedLoginAvro } from '../../../pipelines/user-login/avro-schemas.ts'
import { soundLogin } from '../../corpus/bad-records.ts'
import { createLoginRunner } from '../../fixtures/run-login.ts'

describe('output in Avro', () => {
  const OUTPUT = { outputCodec: 'avro', schemaRegistryUrl: 'http://registry' }
  const type = avsc.Type.forSchema(processedLoginAvro as never)

  test('is in the wire format, with the number of the registered schema, and null for what is not there', () => {
    const { rows } = createLoginRunner(OUTPUT).run({ value: JSON.stringify(soundLogin) })
    const [{ value }] = rows
    expect(value?.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, 77]))
    expect(type.fromBuffer(Buffer.from(value?.subarray(5) ?? []))).toMatchObject({
      user_id: soundLogin.user_id,
      ip: '199.172.111.0',
      timestamp: 1694479551,
      event_time: null
    })
  })

  test('says what JSON says', () => {
    const json = createLoginRunner({ enrichFields: 'event_time,latency_ms' })
    const avroOut = createLoginRunner({ ...OUTPUT, enrichFields: 'event_time,latency_ms' })
    const text = fc.string({ minLength: 1, unit: 'grapheme' })
    const logins = fc.record({ user_id: text, locale: text })
    fc.assert(
      fc.property(logins, changes => {
        const value = JSON.stringify({ ...soundLogin, ...changes })
        const written = avroOut.run({ value }).rows[0].value as Buffer
        const fields = type.fromBuffer(Buffer.from(written.subarray(5))) as object
        const present = Object.fromEntries(Object.entries(fields).filter(([, content]) => content !== null))
        expect(JSON.stringify(present)).toBe(String(json.run({ value }).rows[0].value))
      })
    )
  })
})
