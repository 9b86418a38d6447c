import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectedOutcome, type OutcomeSettings } from '../../../pipelines/user-login/sample-outcome.ts'
import {
  createSampleGenerator,
  LOGIN_BYTES_AT_MOST,
  OLD_BY_MS,
  SAMPLE_HEADER,
  SAMPLE_KEY_BYTES,
  sampleKinds,
  type Sample,
  type SampleKind,
  type SampleSettings
} from '../../../pipelines/user-login/samples.ts'
import { timestampForms } from '../../../pipelines/user-login/sample-times.ts'
import { loginProcessor } from './process-login.ts'

function samples(count: number, generator = createSampleGenerator({ seed: 1 })): Sample[] {
  return Array.from({ length: count }, (_, number) => generator.at(number))
}

function share(drawn: readonly Sample[], ...kinds: readonly SampleKind[]): number {
  return drawn.filter(({ kind }) => kinds.includes(kind)).length / drawn.length
}

describe('a sample', () => {
  test('depends on seed and number alone, not on what was drawn before', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.nat({ max: 1e10 }), { maxLength: 5 }),
        fc.nat({ max: 1e10 }),
        (seed, before, number) => {
          const generator = createSampleGenerator({ seed })
          for (const other of before) generator.at(other)
          expect(generator.at(number)).toEqual(createSampleGenerator({ seed }).at(number))
        }
      )
    )
  })

  test('differs by seed and by number', () => {
    const values = (seed: number) => samples(2000, createSampleGenerator({ seed })).map(({ value }) => String(value))
    expect(new Set([...values(1), ...values(2)]).size).toBeGreaterThan(3980)
  })

  test('is written by `write` just as it is by `at`, at any place, unless something is wrong with it', () => {
    const forms = fc.uniqueArray(fc.constantFrom(...timestampForms), { minLength: 1 })
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat({ max: 1e10 }),
        fc.nat({ max: 300 }),
        forms,
        fc.boolean(),
        (seed, first, at, timestamps, many) => {
          const generator = createSampleGenerator({
            seed,
            timestamps,
            users: many ? 1_000_000 : 3,
            shares: { old: 0.2, future: 0.2 }
          })
          const bytes = Buffer.alloc(at + LOGIN_BYTES_AT_MOST, '#')
          for (let number = first; number < first + 20; number++) {
            const sample = generator.at(number)
            const end = generator.write(number, bytes, at)
            const isPlain = ['good', 'other-version', 'old', 'future'].includes(sample.kind)
            expect(end > 0).toBe(isPlain)
            if (!isPlain) continue
            expect(bytes.toString('utf8', at, at + SAMPLE_KEY_BYTES)).toBe(String(sample.key))
            expect(bytes.toString('utf8', at + SAMPLE_KEY_BYTES, end)).toBe(String(sample.value))
            expect(generator.timestampMs).toBe(sample.timestampMs)
            expect(bytes.subarray(0, at).every(byte => byte === 0x23)).toBe(true)
          }
        }
      )
    )
  })

  test('stays the same from release to release, so that runs can be compared', () => {
    expect(String(createSampleGenerator({ seed: 1 }).at(0).value)).toBe(
      '{"user_id": "26029f6d-ba77-45bf-bd97-b406c30776af", "app_version": "2.3.0", "ip": "140.173.156.78", "locale": "RU", "device_id": "b6ddceaa-7c58-41fb-841c-3d511aab5de5", "timestamp": 1694479549, "device_type": "android"}'
    )
  })

  test('carries its number in a header, unless that is off', () => {
    expect(createSampleGenerator({ seed: 1 }).at(12345).headers).toEqual([
      { name: SAMPLE_HEADER, value: Buffer.from('12345') }
    ])
    expect(createSampleGenerator({ seed: 1, numbered: false }).at(12345).headers).toEqual([])
  })

  test('has the user as its key', () => {
    const good = samples(500).filter(({ kind }) => kind === 'good')
    const users = good.map(({ value }) => (JSON.parse(String(value)) as { user_id: string }).user_id)
    expect(users).toEqual(good.map(({ key }) => String(key)))
  })

  test('is of its own time, which runs as fast as it is told to', () => {
    const generator = createSampleGenerator({
      seed: 1,
      startTimeMs: 5_000_000,
      samplesPerSecond: 400,
      shares: { 'other-version': 0 }
    })
    expect(generator.at(0).timestampMs).toBe(5_000_000)
    expect(generator.at(1000).timestampMs).toBe(5_002_500)
    const { timestamp } = JSON.parse(String(generator.at(1000).value)) as { timestamp: string | number }
    expect(Number(timestamp)).toBeGreaterThanOrEqual(5_000)
    expect(Number(timestamp)).toBeLessThanOrEqual(5_002)
  })
})

describe('the mixture', () => {
  const drawn = samples(20_000)

  test('is that of the real topic: one in fifty bad, one in ten of another version, one in a hundred without device type', () => {
    expect(share(drawn, 'malformed', 'missing-field', 'empty-field')).toBeCloseTo(0.02, 2)
    expect(share(drawn, 'other-version')).toBeCloseTo(0.1, 1)
    expect(share(drawn, 'no-device-type')).toBeCloseTo(0.01, 2)
    expect(share(drawn, 'good')).toBeCloseTo(0.87, 1)
  })

  test('has records of about 210 bytes in both spellings, with IPv4 and IPv6, and users that come back', () => {
    const good = drawn.filter(({ kind }) => kind === 'good').map(({ value }) => String(value))
    const bytes = good.reduce((sum, { length }) => sum + length, 0) / good.length
    expect(bytes).toBeGreaterThan(190)
    expect(bytes).toBeLessThan(230)
    expect(good.filter(text => text.includes('": "')).length / good.length).toBeCloseTo(0.5, 1)
    expect(good.filter(text => text.includes('2001:db8')).length / good.length).toBeCloseTo(0.02, 1)
    expect(new Set(drawn.map(({ key }) => String(key))).size).toBeLessThan(19_000)
  })

  test('can be chosen', () => {
    const shares = { malformed: 0.5, 'other-version': 0, 'too-deep': 0.1 }
    const chosen = samples(2000, createSampleGenerator({ seed: 3, shares }))
    expect(share(chosen, 'malformed')).toBeCloseTo(0.5, 1)
    expect(share(chosen, 'too-deep')).toBeCloseTo(0.1, 1)
    expect(share(chosen, 'other-version')).toBe(0)
  })

  test('is of known kinds, in shares from 0 to 1', () => {
    const create = (shares: object) => () => createSampleGenerator({ seed: 1, shares })
    expect(create({ malformd: 0.1 })).toThrow('not of kind malformd, but good, other-version')
    for (const share of [-0.1, 1.1, NaN]) expect(create({ large: share })).toThrow('the share of large')
  })

  test('can not be more than everything', () => {
    expect(() => createSampleGenerator({ seed: 1, shares: { malformed: 0.9, large: 0.2 } })).toThrow('more than 1')
  })
})

describe('what must become of a sample is what becomes of it', () => {
  interface Case {
    options: Record<string, string>
    expected: Partial<OutcomeSettings>
    samples?: Partial<SampleSettings>
  }
  const settings: Record<string, Case> = {
    'with default settings': { options: {}, expected: {} },
    'with versions': {
      options: { acceptedAppVersions: '2.3.0' },
      expected: { acceptedAppVersions: { has: version => version === '2.3.0' } }
    },
    'with timestamps of all forms': { options: {}, expected: {}, samples: { timestamps: timestampForms } },
    'with locales and masked addresses': {
      options: { droppedLocales: 'RU,US', invalidIp: 'mask' },
      expected: { droppedLocales: ['RU', 'US'], invalidIp: 'mask' }
    }
  }

  test.each(Object.entries(settings))('%s', (_, { options, expected, samples: sampleSettings }) => {
    const processLogin = loginProcessor({ options })
    const everything: OutcomeSettings = {
      acceptedAppVersions: { has: () => true },
      droppedLocales: [],
      invalidIp: 'dead-letter',
      tombstones: 'dead-letter',
      ...expected
    }
    for (const kind of sampleKinds) {
      const generator = createSampleGenerator({ seed: 4, shares: { ...noShares, [kind]: 1 }, ...sampleSettings })
      for (const sample of samples(kind === 'large' || kind === 'too-deep' ? 5 : 60, generator)) {
        expect(sample.kind).toBe(kind)
        const { outcome, why } = processLogin(sample.value)
        expect({ kind, outcome, why }).toEqual({ kind, ...expectedOutcome(sample, everything) })
      }
    }
  })

  test('for null values too, which the engine judges', () => {
    const sample = { kind: 'null-value', appVersion: '2.3.0', locale: 'RU' } as const
    const settled = (tombstones: OutcomeSettings['tombstones']) =>
      expectedOutcome(sample, {
        acceptedAppVersions: { has: () => false },
        droppedLocales: [],
        invalidIp: 'mask',
        tombstones
      })
    expect(settled('dead-letter')).toEqual({ outcome: 'dead-letter', why: 'null-value' })
    expect(settled('filter')).toEqual({ outcome: 'filtered', why: 'tombstone' })
    expect(settled('pass')).toEqual({ outcome: 'processed', why: '' })
  })
})

describe('what is expected follows the settings', () => {
  const login = { appVersion: '2.3.0', locale: 'RU' }
  const always = {
    acceptedAppVersions: { has: () => true },
    droppedLocales: [],
    invalidIp: 'dead-letter',
    tombstones: 'dead-letter'
  } as const

  test('old logins expire where there is a limit below their age, and before all else is looked at', () => {
    const old = (maxRecordAgeMs?: number) => expectedOutcome({ ...login, kind: 'old' }, { ...always, maxRecordAgeMs })
    expect(old()).toEqual({ outcome: 'processed', why: '' })
    expect(old(OLD_BY_MS + 1)).toEqual({ outcome: 'processed', why: '' })
    expect(old(60_000)).toEqual({ outcome: 'expired', why: 'age' })
  })

  test('duplicate keys are refused only where that is set', () => {
    const twice = (rejectDuplicateKeys: boolean) =>
      expectedOutcome({ ...login, kind: 'duplicate-key' }, { ...always, rejectDuplicateKeys })
    expect(twice(false)).toEqual({ outcome: 'processed', why: '' })
    expect(twice(true)).toEqual({ outcome: 'dead-letter', why: 'duplicate-key' })
  })
})

const noShares: Partial<Record<SampleKind, number>> = {
  'other-version': 0,
  'no-device-type': 0,
  malformed: 0,
  'missing-field': 0,
  'empty-field': 0
}

describe('faults', () => {
  const spoiled = (kind: SampleKind) => createSampleGenerator({ seed: 4, shares: { ...noShares, [kind]: 1 } }).at(7)

  test('can take the key or the value away', () => {
    expect(spoiled('no-key').key).toBeNull()
    expect(spoiled('null-value').value).toBeNull()
    expect(spoiled('empty-value').value).toHaveLength(0)
  })

  test('can add headers to the number', () => {
    expect(spoiled('many-headers').headers).toHaveLength(501)
  })

  test('of time are in the timestamps: an old login is hours old, a future one a day ahead', () => {
    const startTimeMs = 1_700_000_000_000
    const at = (kind: SampleKind) =>
      createSampleGenerator({ seed: 4, startTimeMs, shares: { ...noShares, [kind]: 1 } }).at(0)
    const eventMs = ({ value }: Sample) => Number((JSON.parse(String(value)) as { timestamp: string }).timestamp) * 1000
    expect(at('old').timestampMs).toBe(startTimeMs - OLD_BY_MS)
    expect(Math.abs(eventMs(at('old')) - (startTimeMs - OLD_BY_MS))).toBeLessThan(4000)
    expect(at('future').timestampMs).toBe(startTimeMs)
    expect(eventMs(at('future')) - startTimeMs).toBeGreaterThan(86_000_000)
  })

  test('can be large, and hold keys that are dangerous', () => {
    expect(spoiled('large').value?.length).toBeGreaterThan(1_000_000)
    expect(String(spoiled('prototype-keys').value)).toMatch(/^\{"__proto__": \{.*"constructor": \{/)
  })
})
