import { describe, expect, test } from 'vitest'
import { settingsFromRaw } from '../../../src/config/raw-settings.ts'
import { findContradictions, findWarnings, options } from '../../../pipelines/user-login/options.ts'

const settings = (raw: Readonly<Record<string, string>> = {}) => settingsFromRaw(raw, options)

test('by default every version and locale is processed, and personal fields are masked', () => {
  const { acceptedAppVersions, droppedLocales, ...others } = settings()
  expect(acceptedAppVersions.all).toBe(true)
  expect(droppedLocales).toEqual([])
  expect(others).toEqual({
    deviceIdMasking: 'hash',
    ipMasking: 'truncate',
    invalidIp: 'dead-letter',
    piiHashKey: undefined,
    enrichFields: ['event_time', 'processed_at', 'latency_ms']
  })
})

test('each example is a value that the option takes', () => {
  for (const [name, option] of Object.entries(options)) expect(() => settings({ [name]: option.example })).not.toThrow()
})

test('ENRICH_FIELDS takes only fields that there are', () => {
  expect(() => settings({ enrichFields: 'event_time,latency' })).toThrow('ENRICH_FIELDS')
  expect(settings({ enrichFields: 'none' }).enrichFields).toEqual([])
})

test('the key is secret', () => {
  expect(options.piiHashKey.secret).toBe(true)
})

describe('IP_MASKING=hash', () => {
  test('is refused without a key', () => {
    const [sentence, ...others] = findContradictions(settings({ ipMasking: 'hash' }))
    expect(sentence).toMatch(/IP_MASKING=hash needs PII_HASH_KEY/)
    expect(others).toEqual([])
  })

  test('is fine with one, as the other ways are without', () => {
    expect(findContradictions(settings({ ipMasking: 'hash', piiHashKey: 'k' }))).toEqual([])
    expect(findContradictions(settings())).toEqual([])
    expect(findContradictions(settings({ ipMasking: 'keep' }))).toEqual([])
  })
})

describe('hashing device_id without a key', () => {
  test('is warned of', () => {
    expect(findWarnings(settings())).toEqual([expect.stringContaining('PII_HASH_KEY is not set')])
  })

  test('is not what happens with a key, or where device_id is kept', () => {
    expect(findWarnings(settings({ piiHashKey: 'k' }))).toEqual([])
    expect(findWarnings(settings({ deviceIdMasking: 'keep' }))).toEqual([])
  })

  test('no sentence holds the key', () => {
    const all = settings({ piiHashKey: 'open sesame', ipMasking: 'hash' })
    expect(JSON.stringify([findWarnings(all), findContradictions(all)])).not.toContain('open sesame')
  })
})
