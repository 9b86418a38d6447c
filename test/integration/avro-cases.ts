import avsc from 'avsc'
import { expect } from 'vitest'
import { processedLoginAvro, userLoginAvro } from '../../pipelines/user-login/avro-schemas.ts'
import { soundLogin } from '../corpus/bad-records.ts'

type Field = { readonly name: string; readonly type: unknown; readonly default?: unknown }
const { fields } = userLoginAvro as { readonly fields: readonly Field[] }
export const older = { ...userLoginAvro, fields: fields.filter(({ name }) => name !== 'device_type') }
const zone: Field = { name: 'zone', type: ['null', 'string'], default: null }
export const newer = { ...userLoginAvro, fields: [zone, ...fields] }
export const stranger = { ...userLoginAvro, fields: [...fields.slice(1), { name: 'user_id', type: 'int' }] }

export const CODECS = { INPUT_CODEC: 'avro', OUTPUT_CODEC: 'avro' }
export const login = (user: string) => ({ ...soundLogin, user_id: user })
const processed = avsc.Type.forSchema(processedLoginAvro as never)

/** What a row in the wire format says, and with what number. */
export function rowOf(value: Buffer | null): { readonly id: number; readonly user: string; readonly ip: string } {
  const bytes = Buffer.from(value ?? [])
  expect(bytes[0]).toBe(0)
  const row = processed.fromBuffer(bytes.subarray(5)) as { user_id: string; ip: string }
  return { id: bytes.readUInt32BE(1), user: row.user_id, ip: row.ip }
}
