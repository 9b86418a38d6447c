import { expect, test } from 'vitest'
import { Mask } from '../../../src/dead-letters/encryption/mask.ts'
import { readEncryptionKeys } from '../../../src/dead-letters/encryption/keys.ts'
import { ReadableFields } from '../../../src/dead-letters/encryption/readable-fields.ts'
import pipeline from '../../../pipelines/user-login/pipeline.ts'
import { soundLogin } from '../../corpus/bad-records.ts'
import { FIRST_KEY } from '../../fixtures/encryption.ts'

const [key] = readEncryptionKeys(FIRST_KEY)
const mask = new Mask({ key, readable: ReadableFields.of(pipeline), maxDepth: 32 })

/** A login as a masked dead letter has it, with what is encrypted left out. */
function readable(changes: object = {}): Record<string, unknown> {
  const bytes = Buffer.from(JSON.stringify({ ...soundLogin, ...changes }))
  const { value } = mask.fields(bytes, 0, bytes.length, 'user-login/0/1')!
  const fields = Object.entries(JSON.parse(value.toString()) as Record<string, unknown>)
  return Object.fromEntries(fields.filter(([, text]) => !String(text).startsWith('encrypted:')))
}

test('of a login all can be read in a masked dead letter but who it was', () => {
  const { user_id: _user, ip: _ip, device_id: _device, ...rest } = soundLogin
  expect(readable()).toEqual(rest)
})

test.each([
  ['app_version', ['1.0.0', '2.3', '10.20.3000', '2.3.0-beta.1', '2.3.0-rc1']],
  ['device_type', ['android', 'iOS', 'web', 'unknown']],
  ['locale', ['RU', 'de', 'en-US', 'zh_Hans_CN', 'es-419']],
  ['timestamp', [1694479551, 1694479551.25, '1694479551000', '2023-09-12T00:31:18.5Z', '2023-09-12T00:31:18+02:00']]
])('%s can be read as it is usually written', (field, values) => {
  for (const value of values) expect(readable({ [field]: value })[field]).toBe(value)
})

test.each(['app_version', 'device_type', 'locale', 'timestamp'])(
  '%s can not be read if it may be a person’s',
  field => {
    const others = ['199.172.111.135', '2001:db8::1', soundLogin.device_id, soundLogin.user_id, 'anna@example.org']
    for (const value of [...others, 'Anna Musterfrau', '', ['RU'], { a: 'RU' }]) {
      expect(readable({ [field]: value })).not.toHaveProperty(field)
    }
  }
)
