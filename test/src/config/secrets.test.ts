import { describe, expect, test } from 'vitest'
import { optionsFor } from '../../../src/config/options.ts'
import { formatProblems } from '../../../src/config/problem.ts'
import { readSecrets } from '../../../src/config/secrets.ts'
import { readSettings } from '../../../src/config/settings.ts'
import { shout } from './shout-pipeline.ts'

const table = optionsFor(shout)

function readFrom(content: string): string | undefined {
  return readSecrets({ SHOUT_KEY_FILE: '/run/key' }, table, () => content).values.SHOUT_KEY
}

describe('a secret in a file', () => {
  test('loses the one newline that an editor adds, and nothing else', () => {
    expect(readFrom('key\n')).toBe('key')
    expect(readFrom('key\r\n')).toBe('key')
    expect(readFrom('key\n\n')).toBe('key\n')
    expect(readFrom(' key ')).toBe(' key ')
    expect(readFrom('\nkey')).toBe('\nkey')
  })

  test('is read from the path that is set', () => {
    const { values } = readSecrets({ SASL_PASSWORD_FILE: '/run/a' }, table, path => `content of ${path}`)
    expect(values).toEqual({ SASL_PASSWORD: 'content of /run/a' })
  })

  test('that is empty is a mistake: whoever mounts a file means it', () => {
    const { problems } = readSecrets({ SHOUT_KEY_FILE: '/run/key' }, table, () => '\n')
    expect(formatProblems(problems)).toContain('SHOUT_KEY_FILE: names a file that is empty')
  })

  test('that can not be read names the code and not what was read', () => {
    const { problems } = readSecrets({ SHOUT_KEY_FILE: '/run/key' }, table, () => {
      throw Object.assign(new Error('hunter2'), { code: 'EACCES' })
    })
    expect(formatProblems(problems)).toContain("SHOUT_KEY_FILE: names a file that can't be read (EACCES)")
    expect(formatProblems(problems)).not.toContain('hunter2')
  })

  test('and in the environment too is a mistake', () => {
    const { problems } = readSecrets({ SHOUT_KEY: 'a', SHOUT_KEY_FILE: '/run/key' }, table, () => 'b')
    expect(problems).toEqual([
      { settings: ['SHOUT_KEY', 'SHOUT_KEY_FILE'], wrong: 'are both set', remedy: 'unset one of them' }
    ])
  })

  test('that is missing does not make the rules ask for it as well', () => {
    const login = { SECURITY_PROTOCOL: 'SASL_SSL', SASL_MECHANISM: 'PLAIN', SASL_USERNAME: 'u' }
    const { problems } = readSettings({ ...login, SASL_PASSWORD_FILE: '/nowhere/at/all' }, shout)
    expect(formatProblems(problems)).toContain("SASL_PASSWORD_FILE: names a file that can't be read (ENOENT)")
    expect(problems).toHaveLength(1)
  })
})

test('a file name for what is no secret is not read', () => {
  const refuse = () => {
    throw new Error('read')
  }
  expect(readSecrets({ GROUP_ID_FILE: '/run/group' }, table, refuse)).toEqual({ values: {}, problems: [] })
})
