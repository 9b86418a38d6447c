import avsc from 'avsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { userLoginAvro } from '../../../pipelines/user-login/avro-schemas.ts'
import { createAvroEncoder } from '../../../src/avro/encode.ts'
import { soundLogin } from '../../corpus/bad-records.ts'
import { createLoginRunner, writer } from '../../fixtures/run-login.ts'

const AVRO = { inputCodec: 'avro', schemaRegistryUrl: 'http://registry' }
const GUID = '00112233445566778899aabbccddeeff'

type Field = { readonly name: string; readonly type: unknown; readonly default?: unknown }
const own = userLoginAvro as { readonly fields: readonly Field[] }
/** The pipeline's schema, as another version of the producer has it. */
const version = (fields: readonly Field[]) => ({ ...userLoginAvro, fields })
const without = (...names: string[]) => own.fields.filter(({ name }) => !names.includes(name))

const avro = (login: object, schema: object = userLoginAvro, id = 1) => createAvroEncoder(schema, id).encode(login)
const results = (rows: readonly { readonly value: Buffer | null }[]) => rows.map(({ value }) => String(value))

describe('input in Avro', () => {
  test('comes out as the same login in JSON does', () => {
    const fromJson = createLoginRunner({}).run({ value: JSON.stringify(soundLogin) })
    const fromAvro = createLoginRunner(AVRO).run({ value: avro(soundLogin) })
    expect(fromAvro.outcome).toBe('processed')
    expect(results(fromAvro.rows)).toEqual(results(fromJson.rows))
  })

  test('a field that is null takes its default', () => {
    const { rows } = createLoginRunner(AVRO).run({ value: avro({ ...soundLogin, device_type: null }) })
    expect(results(rows)[0]).toContain('"device_type":"unknown"')
  })

  test.each([
    ['older, without an optional field', version(without('device_type')), soundLogin],
    [
      'newer, with a field more',
      version([...own.fields, { name: 'zone', type: 'string' }]),
      { ...soundLogin, zone: 'z' }
    ],
    [
      'with a field more in front',
      version([{ name: 'zone', type: ['null', 'long'] }, ...own.fields]),
      { ...soundLogin, zone: { long: 2 ** 40 } }
    ],
    [
      'with the time as a long',
      version([...without('timestamp'), { name: 'timestamp', type: 'long' }]),
      { ...soundLogin, timestamp: 1694479551 }
    ],
    ['in another namespace', { ...userLoginAvro, namespace: 'elsewhere' }, soundLogin]
  ])('a schema that is %s is resolved to ours', (_, schema, login) => {
    const type = avsc.Type.forSchema(schema as never, { wrapUnions: 'auto' })
    const value = Buffer.concat([
      Buffer.from([0, 0, 0, 0, 5]),
      type.toBuffer('zone' in login ? { ...login, zone: zoneFor(type, login.zone) } : login)
    ])
    const { outcome, rows } = createLoginRunner(AVRO, [writer(5, schema)]).run({ value })
    expect(outcome).toBe('processed')
    expect(results(rows)[0]).toContain('"timestamp":1694479551')
  })

  test('a schema may refer to others by name', () => {
    const Version = { type: 'enum', name: 'millrace.version', symbols: ['v1'] }
    const schema = version([...own.fields, { name: 'writer_version', type: 'millrace.version' }])
    const inline = version([...own.fields, { name: 'writer_version', type: Version }])
    const value = avro({ ...soundLogin, writer_version: 'v1' }, inline, 6)
    expect(createLoginRunner(AVRO, [writer(6, schema, [Version])]).run({ value }).outcome).toBe('processed')
    expect(createLoginRunner(AVRO, [writer(6, schema)]).run({ value }).detail).toBe('incompatible-schema')
  })

  test.each([
    ['lacks a field that ours must have', version(without('locale'))],
    ['has another type where ours is text', version([...without('ip'), { name: 'ip', type: 'int' }])],
    ['is of no record', { type: 'string' }],
    ['is no schema', {}]
  ])('a schema that %s is incompatible', (_, schema) => {
    const { outcome, detail, message, rows } = createLoginRunner(AVRO, [writer(5, schema)]).run({
      value: Buffer.from([0, 0, 0, 0, 5, 2, 0x61])
    })
    expect([outcome, detail, message]).toEqual(['dead-letter', 'incompatible-schema', 'incompatible-schema'])
    expect(rows[0].value).toEqual(Buffer.from([0, 0, 0, 0, 5, 2, 0x61]))
  })

  test('a number that the registry does not know is a dead letter, until it does', () => {
    const runner = createLoginRunner(AVRO, [writer(9, undefined)])
    const value = avro(soundLogin, userLoginAvro, 9)
    expect(runner.run({ value }).detail).toBe('unknown-schema')
    runner.learn([writer(9, userLoginAvro)])
    expect(runner.run({ value }).outcome).toBe('processed')
    runner.learn([writer(9, undefined)])
    expect(runner.run({ value }).outcome).toBe('processed')
  })

  test('whoever makes numbers up does not make a schema forgotten', () => {
    const runner = createLoginRunner(AVRO)
    const made = Array.from({ length: 1500 }, (_, number) => 1000 + number)
    runner.learn([writer(1, userLoginAvro), ...made.map(number => writer(number, undefined))])
    for (const id of [1, ...made]) {
      const { detail } = runner.run({ value: avro(soundLogin, userLoginAvro, id) })
      expect(detail).toBe(id === 1 ? 'none' : 'unknown-schema')
    }
    expect(runner.run({ value: avro(soundLogin) }).outcome).toBe('processed')
    runner.learn([writer(2, userLoginAvro)])
    expect(runner.run({ value: avro(soundLogin, userLoginAvro, 2) }).outcome).toBe('processed')
  })

  test('a type may have any name, that of what objects have from birth too', () => {
    const field: Field = { name: 'origin', type: { type: 'record', name: 'constructor', fields: [] } }
    const schema = version([...own.fields, field])
    const value = avro({ ...soundLogin, origin: {} }, schema, 5)
    expect(createLoginRunner(AVRO, [writer(5, schema)]).run({ value }).outcome).toBe('processed')
  })

  const sound = avro(soundLogin)
  test.each([
    ['empty', Buffer.alloc(0)],
    ['JSON', Buffer.from(JSON.stringify(soundLogin))],
    ['of another form', Buffer.concat([Buffer.from([2]), sound.subarray(1)])],
    ['shorter than the number of a schema', Buffer.from([0, 0, 0])],
    ['without a value behind the number', sound.subarray(0, 5)],
    ['cut short', sound.subarray(0, -1)],
    ['followed by something', Buffer.concat([sound, Buffer.from([0])])],
    ['of a text of negative length', Buffer.from([0, 0, 0, 0, 1, 1])],
    [
      'of a text that ends behind the record',
      Buffer.from([0, 0, 0, 0, 1, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1])
    ]
  ])('a value that is %s is not Avro', (_, value) => {
    expect(createLoginRunner(AVRO).run({ value })).toMatchObject({
      outcome: 'dead-letter',
      detail: 'not-avro',
      message: 'not-avro'
    })
  })

  test('text that is not UTF-8 is a dead letter, as in JSON; U+FFFD itself is text like any other', () => {
    const runner = createLoginRunner(AVRO)
    const marked = avro({ ...soundLogin, user_id: 'X\ufffd' })
    expect(runner.run({ value: marked }).outcome).toBe('processed')
    const at = marked.indexOf('X\ufffd') + 1
    marked.write('ab', at)
    marked[at + 2] = 0xff
    expect(runner.run({ value: marked }).detail).toBe('not-utf8')
  })

  test('a long beyond what a number holds is a dead letter, as a number in JSON that is no time', () => {
    const schema = version([...without('timestamp'), { name: 'timestamp', type: 'long' }])
    const type = avsc.Type.forSchema(schema as never)
    const content = type.toBuffer({ ...soundLogin, timestamp: 1 })
    const largest = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])
    const value = Buffer.concat([Buffer.from([0, 0, 0, 0, 5]), content.subarray(0, -1), largest])
    const { detail, message } = createLoginRunner(AVRO, [writer(5, schema)]).run({ value })
    expect([detail, message]).toEqual(['invalid', 'timestamp:not-a-timestamp'])
  })

  test('any bytes have an outcome, and nothing of them is told', () => {
    const runner = createLoginRunner(AVRO)
    const prefixed = fc.uint8Array({ maxLength: 60 }).map(rest => Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), rest]))
    fc.assert(
      fc.property(prefixed, value => {
        const { outcome, rows } = runner.run({ value })
        expect(['processed', 'dead-letter']).toContain(outcome)
        if (outcome === 'dead-letter') expect(rows[0].value).toEqual(value)
      })
    )
  })
})

function zoneFor(type: avsc.Type, zone: unknown): unknown {
  const field = (type as avsc.types.RecordType).fields.find(({ name }) => name === 'zone')
  return field?.type.typeName === 'string' ? zone : (zone as { long: number }).long
}

describe('the GUID form', () => {
  const guidValue = Buffer.from(GUID, 'hex')
  const content = avro(soundLogin).subarray(5)
  const header = { name: '__value_schema_id', value: Buffer.concat([Buffer.from([1]), guidValue]) }
  const known = [writer(GUID, userLoginAvro)]

  test('is read in the header, and does not go on to a row that has another schema or none', () => {
    const own = { name: 'trace', value: Buffer.from('t') }
    const { outcome, rows } = createLoginRunner(AVRO, known).run({ value: content, headers: [header, own] })
    expect(outcome).toBe('processed')
    expect(rows[0].headers).toEqual([own])
  })

  test('is read before the value', () => {
    const value = Buffer.concat([header.value, content])
    expect(createLoginRunner(AVRO, known).run({ value }).outcome).toBe('processed')
  })

  test('a header may hold a number, too, and the last one counts', () => {
    const wrong = { name: header.name, value: Buffer.from([0, 0, 0, 0, 99]) }
    const right = { name: header.name, value: Buffer.from([0, 0, 0, 0, 1]) }
    const runner = createLoginRunner(AVRO, [writer(99, undefined)])
    expect(runner.run({ value: content, headers: [wrong, right] }).outcome).toBe('processed')
    expect(runner.run({ value: content, headers: [right, wrong] }).detail).toBe('unknown-schema')
  })

  test.each([[Buffer.from([1, 2, 3])], [Buffer.alloc(0)], [Buffer.concat([header.value, guidValue])]])(
    'a header that holds neither makes a dead letter, which keeps it',
    value => {
      const { detail, rows } = createLoginRunner(AVRO, known).run({ value: content, headers: [{ ...header, value }] })
      expect(detail).toBe('not-avro')
      expect(rows[0].headers[0]).toEqual({ ...header, value })
    }
  )
})

describe('fields that only the writer knows', () => {
  const schema = version([
    ...own.fields,
    { name: 'zone', type: ['null', 'string'] },
    { name: 'raw', type: 'bytes' },
    { name: 'either', type: ['int', 'double'] }
  ])
  const type = avsc.Type.forSchema(schema as never)
  const login = { ...soundLogin, zone: 'north', raw: Buffer.from('ab'), either: { double: 1.5 } }
  const value = Buffer.concat([Buffer.from([0, 0, 0, 0, 5]), type.toBuffer(login)])
  const run = (extraFields: string) => createLoginRunner({ ...AVRO, extraFields }, [writer(5, schema)]).run({ value })

  test('are dropped, kept or refused as in JSON', () => {
    expect(results(run('drop').rows)[0]).not.toContain('zone')
    expect(results(run('keep').rows)[0]).toMatch(/"zone":"north","raw":"ab","either":1.5}$/)
    expect(run('reject')).toMatchObject({ detail: 'invalid', message: '*:unexpected-field' })
  })
})

test('VALIDATE_WITH=avro holds JSON against the Avro schema, and names each field once', () => {
  const lax = createLoginRunner({ requiredFields: 'user_id' })
  const strict = createLoginRunner({ requiredFields: 'user_id', validateWith: 'avro' })
  const { ip: _, user_id: __, ...rest } = soundLogin
  const withoutIp = JSON.stringify({ ...rest, user_id: 'u' })
  expect(lax.run({ value: withoutIp }).outcome).toBe('processed')
  expect(strict.run({ value: withoutIp })).toMatchObject({ detail: 'invalid', message: 'ip:missing' })
  expect(strict.run({ value: JSON.stringify({ ...rest, locale: 7 }) }).message).toBe(
    'user_id:missing, ip:missing, locale:wrong-type'
  )
  expect(strict.run({ value: JSON.stringify({ ...soundLogin, timestamp: 1694479551.5 }) }).outcome).toBe('processed')
  expect(strict.run({ value: JSON.stringify({ ...soundLogin, device_type: null }) }).outcome).toBe('processed')
})

describe('whichever way a login is written', () => {
  const text = fc.oneof(fc.constantFrom(...Object.values(soundLogin), ''), fc.string({ unit: 'grapheme' }))
  const timestamp = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(), text)
  const fields = { user_id: text, app_version: text, ip: text, locale: text, device_id: text }
  const logins = fc.record({ ...fields, device_type: fc.option(text, { nil: null }), timestamp })

  test('what comes of it is the same: outcome, message and row', () => {
    const json = createLoginRunner({})
    const binary = createLoginRunner(AVRO)
    fc.assert(
      fc.property(logins, login => {
        const [one, other] = [json.run({ value: JSON.stringify(login) }), binary.run({ value: avro(login) })]
        expect([other.outcome, other.detail, other.message]).toEqual([one.outcome, one.detail, one.message])
        if (one.outcome === 'processed') expect(results(other.rows)).toEqual(results(one.rows))
      }),
      { numRuns: 300 }
    )
  })
})
