import fc from 'fast-check'
import { expect, test } from 'vitest'
import { userLoginAvro } from '../../../pipelines/user-login/avro-schemas.ts'
import { createAvroEncoder } from '../../../src/avro/encode.ts'
import { recordType } from '../../../src/avro/record-type.ts'
import { formatGuid, schemaKeyOf, SchemaPointer, writePrefix } from '../../../src/avro/wire-format.ts'
import { Slab } from '../../../src/slabs/slab.ts'
import { SlabWriter } from '../../../src/slabs/writer.ts'
import { soundLogin } from '../../corpus/bad-records.ts'
import { bytes, headers, record } from '../../fixtures/records.ts'

const id = fc.nat(0xffffffff)
const guid = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(array => Buffer.from(array))
const prefixOf = (number: number) => {
  const prefix = Buffer.alloc(5)
  writePrefix(prefix, 0, number)
  return prefix
}
const name = fc.oneof(
  id.map(number => ({ key: number as number | string, bytes: prefixOf(number) })),
  guid.map(digits => ({
    key: digits.toString('hex') as number | string,
    bytes: Buffer.concat([Buffer.from([1]), digits])
  }))
)

function slabOf(value: Buffer, given: readonly { name: string; value: Uint8Array }[]): Slab {
  const slab = Slab.allocate({ records: 2, rows: 2, inputBytes: 5000, outputBytes: 8 })
  const writer = new SlabWriter(slab, 5000)
  // What stands beside a record must not be taken for a part of it.
  expect(writer.append(1, record({ value, headers: given }))).toBe(0)
  expect(writer.append(1, record({ offset: 1, value: Buffer.alloc(40) }))).toBe(0)
  return slab
}

test('a schema is found wherever it is named, in either form, and the value begins behind it', () => {
  const pointer = new SchemaPointer()
  fc.assert(
    fc.property(name, fc.boolean(), bytes(), headers, ({ key, bytes: named }, inHeader, content, others) => {
      const own = inHeader ? [...others, { name: '__value_schema_id', value: named }] : others
      const value = inHeader ? content : Buffer.concat([named, content])
      expect(pointer.read(slabOf(value, own), 0)).toBe(true)
      expect([pointer.key, pointer.inHeader]).toEqual([key, inHeader])
      expect(schemaKeyOf(value, own)).toBe(key)
    })
  )
})

test('any record is read alike in a slab and as an object, and nothing behind it is', () => {
  const pointer = new SchemaPointer()
  const named = fc.oneof(
    bytes(20),
    name.map(({ bytes }) => bytes)
  )
  const maybeOurs = fc.option(named, { nil: undefined })
  fc.assert(
    fc.property(named, headers, maybeOurs, (value, others, ours) => {
      const given = ours === undefined ? others : [{ name: '__value_schema_id', value: ours }, ...others]
      const slab = slabOf(value, given)
      const found = pointer.read(slab, 0)
      expect(found ? pointer.key : undefined).toBe(schemaKeyOf(value, given))
      if (found) expect(pointer.start).toBeLessThanOrEqual(slab.valueEnd[0])
    })
  )
})

test('what is encoded is decoded again', () => {
  const text = fc.string({ unit: 'grapheme' })
  const fields = { user_id: text, app_version: text, ip: text, locale: text, device_id: text }
  const device_type = fc.option(text, { nil: null })
  const login = fc.record({ ...fields, device_type, timestamp: fc.oneof(fc.double({ noNaN: true }), text) })
  const type = recordType(userLoginAvro)
  fc.assert(
    fc.property(login, id, (value, number) => {
      const encoder = createAvroEncoder(userLoginAvro, number)
      const encoded = encoder.encode(value)
      expect(schemaKeyOf(encoded, [])).toBe(number)
      expect({ ...(type.fromBuffer(encoded.subarray(5)) as object) }).toEqual(value)
    })
  )
})

test('a value is written where it is to stand, and only if it fits', () => {
  const encoder = createAvroEncoder(userLoginAvro, 7)
  const encoded = encoder.encode({ ...soundLogin })
  const room = Buffer.alloc(encoded.length + 10)
  expect(encoder.write(soundLogin, room, 10)).toBe(room.length)
  expect(room.subarray(10)).toEqual(encoded)
  for (let short = 1; short <= encoded.length; short++) {
    expect(encoder.write(soundLogin, room.subarray(0, room.length - short), 10)).toBe(-1)
  }
})

test('a GUID is written as registries write it', () => {
  expect(formatGuid('00112233445566778899aabbccddeeff')).toBe('00112233-4455-6677-8899-aabbccddeeff')
})
