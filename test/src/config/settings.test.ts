import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Names } from '../../../src/config/option.ts'
import { optionsFor, pipelineOptions } from '../../../src/config/options.ts'
import { settingsFromRaw } from '../../../src/config/raw-settings.ts'
import { mistakes, read, shout } from './shout-pipeline.ts'

const table = optionsFor(shout)

describe('an empty environment', () => {
  test('is fine, and gives the defaults, some of them from the pipeline', () => {
    const { settings, problems, warnings, raw } = read({})
    expect({ problems, warnings, raw }).toEqual({ problems: [], warnings: [], raw: {} })
    expect(settings).toMatchObject({
      inputTopic: ['words'],
      outputTopic: 'loud-words',
      outputTopicLateOnes: 'late-words',
      dlqTopic: 'words-dlq',
      cleanedTopic: undefined,
      groupId: 'millrace-shout',
      requiredFields: ['word'],
      fieldDefaults: { tone: 'friendly' },
      lingerMs: 20
    })
  })

  test('is what an environment of empty values is', () => {
    const names = { LINGER_MS: '', INPUT_TOPIC: '', SASL_PASSWORD: '', SASL_PASSWORD_FILE: '', MILLRACE_X: '' }
    expect(read(names)).toEqual({ ...read({}), settings: expect.anything() })
    expect(read(names).settings.inputTopic).toEqual(['words'])
  })
})

test('the values of the pipeline alone are what its transform sees', () => {
  const { settings } = read({ ACCEPTED_TONES: 'kind,calm', SHOUT_KEY: 'k' })
  const options = pipelineOptions(settings, shout)
  expect(Object.keys(options)).toEqual(['acceptedTones', 'shoutKey'])
  expect((options.acceptedTones as Names).names).toEqual(['kind', 'calm'])
})

describe('mistakes', () => {
  test('of every kind are listed in one message, a line each', () => {
    const message = mistakes({
      LINGR_MS: '5',
      MILLRACE_RATE: '5',
      SESSION_TIMEOUT_MS: 'long',
      COMPRESSION: 'zip',
      LIBRDKAFKA_PRODUCER_ACKS: '0',
      SSL_KEY_PASSWORD: 'hunter2',
      SHOUT_KEY: 'harsh'
    })
    const named = [
      'LINGR_MS',
      'MILLRACE_RATE',
      'SESSION_TIMEOUT_MS',
      'COMPRESSION',
      'LIBRDKAFKA_PRODUCER_ACKS',
      'SSL_KEY_PASSWORD',
      'SHOUT_KEY'
    ]
    for (const name of named) expect(message).toMatch(new RegExp(`^  ${name}\\b.+`, 'm'))
    expect(message.split('\n')).toHaveLength(1 + named.length)
    expect(message).not.toContain('hunter')
  })

  test('of one setting do not bring up rules about a value that nobody set', () => {
    // The session may well be shorter than the poll interval that was meant; it is longer than the default of it.
    const message = mistakes({ MAX_POLL_INTERVAL_MS: '10m', SESSION_TIMEOUT_MS: '1800000' })
    expect(message.split('\n')).toHaveLength(2)
  })

  test("of the pipeline's own options keep its contradictions back", () => {
    expect(mistakes({ SHOUT_KEY: 'harsh', ACCEPTED_TONES: 'kind' })).toContain('SHOUT_KEY needs rude tones')
    expect(mistakes({ SHOUT_KEY: 'harsh', ACCEPTED_TONES: 'rude,,kind' })).not.toContain('rude tones')
  })

  test('keep the warnings back, as nothing starts', () => {
    expect(read({ SHOUT_KEY: 'short', LINGER_MS: 'x' }).warnings).toEqual([])
  })
})

describe('settings from their text', () => {
  const environments = fc.record(
    {
      LINGER_MS: fc.integer({ min: 0, max: 900 }).map(String),
      COMPRESSION: fc.constantFrom('lz4', 'ZSTD', 'none'),
      INPUT_TOPIC: fc.uniqueArray(fc.stringMatching(/^[a-z]{3,9}$/), { minLength: 1, maxLength: 4 }).map(String),
      FIELD_DEFAULTS: fc.constantFrom('tone=a=b', 'none', 'tone=kind'),
      ACCEPTED_TONES: fc.uniqueArray(fc.stringMatching(/^[\w.]{1,5}$/), { minLength: 1 }).map(String),
      SHOUT_KEY: fc.string({ unit: 'binary', minLength: 1 }),
      SHOUT_KEY_FILE: fc.constant(''),
      OUTPUT_TOPIC_LATE_ONES: fc.stringMatching(/^[A-Z]{1,9}$/)
    },
    { requiredKeys: [] }
  )

  test('are the same in another thread, where only clones arrive', () => {
    fc.assert(
      fc.property(environments, environment => {
        const { settings, raw, problems } = read(environment)
        expect(problems).toEqual([])
        const there = settingsFromRaw(structuredClone(raw), table)
        expect(withoutFunctions(there)).toEqual(withoutFunctions(settings))
      })
    )
  })

  test('answer for names as they did', () => {
    const there = settingsFromRaw(structuredClone(read({ ACCEPTED_TONES: 'kind' }).raw), table)
    const { acceptedTones } = pipelineOptions(there, shout)
    expect(['kind', 'rude'].map((acceptedTones as Names).has)).toEqual([true, false])
  })

  test('include a secret that was read from a file', () => {
    expect(read({ SHOUT_KEY_FILE: '/run/key' }).raw.shoutKey).toBe('from the file')
  })

  test('that no setting could have are refused', () => {
    expect(() => settingsFromRaw({ lingerMs: 'x' }, table)).toThrow('LINGER_MS')
  })
})

function withoutFunctions(settings: object): unknown {
  return JSON.parse(JSON.stringify(settings))
}
