import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import pipeline from '../../../pipelines/user-login/pipeline.ts'
import { reasons } from '../../../src/slabs/outcomes.ts'
import { badRecords, soundLogin } from '../../corpus/bad-records.ts'
import { loginProcessor } from './process-login.ts'

const nowMs = Date.UTC(2023, 8, 12, 0, 46)
const nowIso = '2023-09-12T00:46:00.000Z'

const soundOutput = {
  user_id: '424cdd21-063a-43a7-b91b-7ca1a833afae',
  app_version: '2.3.0',
  device_type: 'android',
  ip: '199.172.111.0',
  locale: 'RU',
  device_id: createHash('sha256').update('593-47-5928').digest('hex'),
  timestamp: 1694479551,
  event_time: '2023-09-12T00:45:51.000Z',
  processed_at: nowIso,
  latency_ms: 9000
}

/** The one output of a login, as it is written. */
function output(login: object, options: Readonly<Record<string, string>> = {}) {
  const { outputs } = loginProcessor({ options, nowMs })(login)
  expect(outputs).toHaveLength(1)
  return JSON.parse(JSON.stringify(outputs[0])) as Record<string, unknown>
}

describe('the output', () => {
  test('has all fields, in the order that is promised', () => {
    const { outputs } = loginProcessor({ nowMs })(soundLogin)
    expect(JSON.stringify(outputs)).toBe(JSON.stringify([soundOutput]))
  })

  test("has that order in the output's schema too, as a serializer follows it", () => {
    expect(Object.keys(pipeline.outputs.processed.schema.properties)).toEqual(Object.keys(soundOutput))
  })

  test('is that of the second example of the specification', () => {
    const login = {
      user_id: '123',
      app_version: '1.0.0',
      ip: '162.255.195.202',
      locale: 'NE',
      device_id: '0bcbfec0-02c4-496c-99ac-35d0cc750f6b',
      timestamp: 1742331926,
      device_type: 'android'
    }
    expect(output(login)).toMatchObject({
      user_id: '123',
      ip: '162.255.195.0',
      timestamp: 1742331926,
      event_time: '2025-03-18T21:05:26.000Z'
    })
  })

  test('names a device type that is missing, null or empty unknown', () => {
    for (const deviceType of [undefined, null, '']) {
      expect(output({ ...soundLogin, device_type: deviceType })).toEqual({ ...soundOutput, device_type: 'unknown' })
    }
  })

  test('has no fields that the schema does not know', () => {
    expect(output({ ...soundLogin, email: 'x@example.com' })).toEqual(soundOutput)
  })

  test('rounds timestamp down and keeps the milliseconds elsewhere', () => {
    expect(output({ ...soundLogin, timestamp: 1694479551999 })).toMatchObject({
      timestamp: 1694479551,
      event_time: '2023-09-12T00:45:51.999Z',
      latency_ms: 8001
    })
  })

  test('has only the fields of ENRICH_FIELDS added', () => {
    const { event_time: _, latency_ms: __, ...withProcessedAt } = soundOutput
    expect(output(soundLogin, { enrichFields: 'processed_at' })).toEqual(withProcessedAt)
    const { processed_at: ___, ...plain } = withProcessedAt
    expect(output(soundLogin, { enrichFields: 'none' })).toEqual(plain)
  })

  test('leaves out what is not required and not there', () => {
    const processLogin = loginProcessor({ nowMs, requiredFields: [], fieldDefaults: {} })
    const written = (login: object) => JSON.parse(JSON.stringify(processLogin(login).outputs)) as unknown
    expect(written({ user_id: 'u' })).toEqual([{ user_id: 'u', processed_at: nowIso }])
    expect(written({ timestamp: null, ip: null, device_id: null, locale: null })).toEqual([{ processed_at: nowIso }])
  })
})

describe('filters', () => {
  const outcome = (login: object, options: Readonly<Record<string, string>>) => {
    const { outcome, why, outputs } = loginProcessor({ options })(login)
    return { outcome, why, rows: outputs.length }
  }

  test('logins of other app versions', () => {
    const options = { acceptedAppVersions: '2.2.0,2.3.0' }
    expect(outcome(soundLogin, options)).toEqual({ outcome: 'processed', why: '', rows: 1 })
    const other = { ...soundLogin, app_version: '2.3' }
    expect(outcome(other, options)).toEqual({ outcome: 'filtered', why: 'app_version', rows: 0 })
    expect(outcome(other, { acceptedAppVersions: '*' })).toMatchObject({ outcome: 'processed' })
  })

  test('logins of dropped locales', () => {
    expect(outcome(soundLogin, { droppedLocales: 'BY,RU' })).toEqual({ outcome: 'filtered', why: 'locale', rows: 0 })
    expect(outcome({ ...soundLogin, locale: 'ru' }, { droppedLocales: 'BY,RU' })).toMatchObject({
      outcome: 'processed'
    })
  })

  test('by version before locale, and by both before the IP address is looked at', () => {
    const login = { ...soundLogin, ip: 'nowhere' }
    const options = { acceptedAppVersions: '1', droppedLocales: 'RU' }
    expect(outcome(login, options)).toMatchObject({ why: 'app_version' })
    expect(outcome(login, { ...options, acceptedAppVersions: '*' })).toMatchObject({ why: 'locale' })
    expect(outcome(login, {})).toMatchObject({ outcome: 'dead-letter' })
  })

  test('nothing by a version or locale that is not required and not there', () => {
    const processLogin = loginProcessor({ requiredFields: [], options: { droppedLocales: 'RU' } })
    expect(processLogin({}).outcome).toBe('processed')
    const choosy = loginProcessor({ requiredFields: [], options: { acceptedAppVersions: '2.3.0' } })
    expect(choosy({}).why).toBe('app_version')
  })

  test('by rules that the pipeline declares', () => {
    expect(pipeline.rules).toEqual(['app_version', 'locale'])
  })
})

describe('masks', () => {
  test('device_id by HMAC-SHA-256 where there is a key', () => {
    const expected = createHmac('sha256', 'clé').update('593-47-5928').digest('hex')
    expect(output(soundLogin, { piiHashKey: 'clé' })).toEqual({ ...soundOutput, device_id: expected })
  })

  test('device_id not at all where it is kept', () => {
    expect(output(soundLogin, { deviceIdMasking: 'keep' })).toEqual({ ...soundOutput, device_id: '593-47-5928' })
  })

  test('ip by HMAC-SHA-256, or not at all', () => {
    const expected = createHmac('sha256', 'k').update('199.172.111.135').digest('hex')
    expect(output(soundLogin, { ipMasking: 'hash', piiHashKey: 'k' })).toMatchObject({ ip: expected })
    expect(output(soundLogin, { ipMasking: 'keep' })).toMatchObject({ ip: '199.172.111.135' })
  })

  test('what is no IP address as invalid, or makes it a dead letter, however addresses are masked', () => {
    const login = { ...soundLogin, ip: '1.2.3' }
    for (const ipMasking of ['truncate', 'hash', 'keep']) {
      expect(output(login, { ipMasking, piiHashKey: 'k', invalidIp: 'mask' })).toMatchObject({ ip: 'invalid' })
      const result = loginProcessor({ options: { ipMasking, piiHashKey: 'k' } })(login)
      expect(result).toMatchObject({
        outcome: 'dead-letter',
        why: 'rejected',
        message: 'ip:not-an-ip-address',
        outputs: []
      })
    }
  })

  test('by the settings of the call, not of an earlier one', () => {
    expect(output(soundLogin, { deviceIdMasking: 'keep' })['device_id']).toBe('593-47-5928')
    expect(output(soundLogin, { deviceIdMasking: 'hash' })['device_id']).toBe(soundOutput.device_id)
  })
})

describe('a clock that runs ahead', () => {
  test('gives a negative latency and is counted', () => {
    const result = loginProcessor({ nowMs: 1694479550000 })(soundLogin)
    expect(result.outputs[0]).toMatchObject({ latency_ms: -1000 })
    expect(result.counted).toEqual(['clock-skew'])
  })

  test('is not seen in a login of this very instant', () => {
    const result = loginProcessor({ nowMs: 1694479551000 })(soundLogin)
    expect(result.outputs[0]).toMatchObject({ latency_ms: 0 })
    expect(result.counted).toEqual([])
  })
})

test("the event's time is that of timestamp, or -1 where there is none", () => {
  expect(pipeline.input.eventTimeMs?.(soundLogin)).toBe(1694479551000)
  expect(pipeline.input.eventTimeMs?.({} as never)).toBe(-1)
})

describe('bad input', () => {
  const processLogin = loginProcessor({ nowMs })

  test.each(badRecords)('$name', ({ value, expected }) => {
    const result = processLogin(value)
    expect(result.outcome).toBe(expected.outcome)
    expect(result.message).toBe(expected.message)
    expect(result.why || 'none').toBe(expected.reason)
    if (expected.outcome === 'processed') expect(result.outputs).toEqual([soundOutput])
    expect(processLogin(soundLogin).outputs).toEqual([soundOutput])
  })

  test('of any kind never has a value of the record in what is said about it', () => {
    const secret = 'Zq7'
    const text = fc.constantFrom('', secret, `${secret}.1.2.3`, `{"${secret}":`, `\ud800${secret}`)
    const content = fc.oneof(
      text,
      fc.constantFrom(null, true, 71717171, -71717171),
      fc.array(text),
      fc.dictionary(text, text)
    )
    const field = fc.constantFrom(...Object.keys(soundLogin), secret, '__proto__')
    const change = fc.dictionary(field, content)
    const cut = fc.option(fc.nat())
    fc.assert(
      fc.property(change, cut, (changes, length) => {
        const json = Buffer.from(JSON.stringify({ ...soundLogin, ...changes }))
        const result = processLogin(length === null ? json : json.subarray(0, length % json.length))
        expect(reasons).toContain(result.outcome === 'dead-letter' ? result.why : 'none')
        expect(result.message).toMatch(
          /^([a-z0-9]+(-[a-z0-9]+)*@\d+|([a-z_]+|\*):[a-z]+(-[a-z]+)*(, ([a-z_]+|\*):[a-z]+(-[a-z]+)*)*|)$/
        )
        expect(result.message).not.toMatch(/zq7|7171/i)
      }),
      { numRuns: 2000 }
    )
  })
})
