import { expect, test } from 'vitest'
import { EXAMPLE_KEYS } from '../../../../src/dead-letters/encryption/keys.ts'
import type { AnyPipeline } from '../../../../src/pipeline.ts'
import { FIRST_KEY, NAMESAKE_KEY, SECOND_KEY } from '../../../fixtures/encryption.ts'
import { mistakes, read, shout } from '../shout-pipeline.ts'

const on = (keys: string | undefined) => ({ DLQ_MASKING: 'on', DLQ_ENCRYPTION_KEYS: keys })

// The mistake: dead letters that were to be encrypted would go out as they are, or the start would fail later.
test('masking without a key is refused, with the way to make one', () => {
  expect(mistakes(on(undefined))).toContain('DLQ_MASKING, DLQ_ENCRYPTION_KEYS: personal data in dead letters')
  expect(mistakes(on(undefined))).toContain('openssl rand -base64 32')
  expect(mistakes(on(FIRST_KEY))).toBe('')
})

test('keys without masking are for what was encrypted earlier', () => {
  expect(mistakes({ DLQ_ENCRYPTION_KEYS: `${SECOND_KEY},${FIRST_KEY}` })).toBe('')
})

test('a key may be in a file', () => {
  const { problems } = read({ DLQ_MASKING: 'on', DLQ_ENCRYPTION_KEYS_FILE: '/run/secrets/keys' })
  // The file of the test holds no key: that is what is told, and not what is in it.
  expect(problems.flatMap(({ settings }) => settings)).toContain('DLQ_ENCRYPTION_KEYS')
  expect(JSON.stringify(problems)).not.toContain('from the file')
})

test.each([
  ['no name', FIRST_KEY.split(':')[1]],
  ['a key that is too short', 'a:AAAA'],
  ['hexadecimal', `a:${'0a'.repeat(32)}`],
  ['a comma at its end', `${FIRST_KEY},`]
])('keys with %s are refused, and nothing of them is shown', (_what, text) => {
  expect(mistakes(on(text))).toContain('DLQ_ENCRYPTION_KEYS: is not of the form it should have')
  expect(mistakes(on(text))).not.toContain(text)
})

// The mistake: which of the two a dead letter was encrypted with could not be told.
test('two keys of one name are refused', () => {
  expect(mistakes(on(`${FIRST_KEY},${NAMESAKE_KEY}`))).toContain("DLQ_ENCRYPTION_KEYS: two keys are called 'first'")
})

// The mistake: everybody who can read the documentation can read the dead letters.
test('the key of the documentation is refused, and its form is right', () => {
  expect(mistakes(on(EXAMPLE_KEYS))).toContain('DLQ_ENCRYPTION_KEYS: holds the key of the documentation')
})

// The mistake: a field that is meant to be hidden can be read, as its name is misspelt.
test('a personal field that the schema does not have is refused while dead letters are masked', () => {
  const misspelt: AnyPipeline = { ...shout, input: { ...shout.input, personal: ['wrod'] } }
  expect(mistakes(on(FIRST_KEY), misspelt)).toContain("DLQ_MASKING: the pipeline calls 'wrod' personal")
  expect(mistakes({}, misspelt)).toBe('')
})
