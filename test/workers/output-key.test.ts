import { describe, expect, test } from 'vitest'
import pipeline from '../../pipelines/user-login/pipeline.ts'
import { testPipeline } from '../../src/test-pipeline.ts'
import { act, DEAD_LETTER, NOW_MS, runOne } from '../fixtures/run-probe.ts'

const key = Buffer.from('k')

describe('OUTPUT_KEY', () => {
  test('none writes no key, whatever the transform says', () => {
    const keys = ['emit', 'change', 'three'].map(name => {
      const { rows } = runOne(act(name, {}, { key }), { outputKey: 'none' })
      return rows.map(row => row.key)
    })
    expect(keys).toEqual([[null], [null], [null, null, null]])
  })

  test('a field takes its value in each of the rows, also instead of what the transform says', () => {
    const { rows } = runOne(act('three', {}, { key }), { outputKey: 'seq' })
    expect(rows.map(row => row.key)).toEqual(['7', '7', '7'])
    expect(runOne(act('change', {}, { key }), { outputKey: 'seq' }).row.key).toBe('7')
  })

  test('a record without that field is a dead letter, which keeps the key', () => {
    const { outcome, detail, message, rows } = runOne(act('emit', {}, { key }), { outputKey: 'note' })
    expect([outcome, detail, message]).toEqual(['dead-letter', 'rejected', 'note:missing'])
    expect(rows.map(({ output, key: kept }) => [output, kept])).toEqual([['dead-letter', 'k']])
  })

  test('an empty value is a key', () => {
    expect(runOne(act('emit', { note: '' }), { outputKey: 'note' }).row.key).toBe('')
  })

  test('a transform that filters or refuses the record has the last word', () => {
    expect(runOne(act('emit, then filter', {}, { key }), { outputKey: 'note' })).toMatchObject({
      outcome: 'filtered',
      row: { key: 'k' }
    })
    expect(runOne(act('emit, then reject', {}, { key }), { outputKey: 'note' }).message).toBe('seq:odd, note:dull')
  })

  test('left-out records keep their key', () => {
    for (const outputKey of ['none', 'seq']) {
      expect(runOne(act('filter', {}, { key }), { outputKey }).row).toMatchObject({ output: 'cleaned', key: 'k' })
    }
  })

  test('a null value that is passed on keeps its key: it has no field', () => {
    const { outcome, row } = runOne({ value: null, key }, { outputKey: 'seq', tombstones: 'pass' })
    expect([outcome, row.key, row.value]).toEqual(['processed', 'k', null])
  })

  test('counts in MAX_OUTPUT_BYTES', () => {
    const limit = { maxOutputBytes: '4096', outputKey: 'note' }
    expect(runOne(act('long', { note: '2100' }), limit)).toMatchObject({ ...DEAD_LETTER, detail: 'output-too-large' })
    expect(runOne(act('long', { note: '2000' }), limit).row.key).toHaveLength(2000)
  })
})

describe('OUTPUT_KEY of a login', () => {
  const login = {
    user_id: 'u',
    app_version: '1.0.0',
    ip: '199.172.111.135',
    locale: 'RU',
    device_id: '593-47-5928',
    timestamp: 1_694_479_551
  }
  const keyed = (outputKey: string, value: object = login, further: Record<string, string> = {}) => {
    const environment = { OUTPUT_KEY: outputKey, PII_HASH_KEY: 'secret', ...further }
    const [{ outcome, outputs }] = testPipeline(pipeline, [{ key: 'u', value }], { environment, nowMs: NOW_MS })
    return { outcome, key: outputs[0].key, value: JSON.parse(outputs[0].value ?? '{}') as Record<string, unknown> }
  }

  test.each(['device_id', 'ip', 'user_id', 'event_time'])('is %s as it stands in the output, masked', field => {
    const { key: written, value } = keyed(field)
    expect(written).toBe(value[field])
    expect([login.device_id, login.ip]).not.toContain(written)
  })

  test.each(['timestamp', 'latency_ms'])('is the number %s as JSON writes it', field => {
    const { key: written, value } = keyed(field)
    expect(written).toBe(JSON.stringify(value[field]))
  })

  test('is a dead letter where an optional field is absent', () => {
    const { timestamp: _, ...timeless } = login
    const further = { REQUIRED_FIELDS: 'user_id' }
    expect(keyed('event_time', timeless, further)).toMatchObject({ outcome: 'dead-letter', key: 'u' })
  })
})

describe('REQUIRE_KEY=on', () => {
  const on = { requireKey: 'on' }

  test('makes a dead letter of a record whose output would have no key', () => {
    const { outcome, detail, message, rows } = runOne(act('three'), on)
    expect([outcome, detail, message]).toEqual(['dead-letter', 'null-key', 'null-key'])
    expect(rows.map(({ output }) => output)).toEqual(['dead-letter'])
    expect(runOne(act('null key', {}, { key }), on)).toMatchObject({ ...DEAD_LETTER, detail: 'null-key' })
    expect(runOne({ value: null }, { ...on, tombstones: 'pass' })).toMatchObject({ ...DEAD_LETTER, detail: 'null-key' })
  })

  test('lets through what has a key from elsewhere, and an empty one', () => {
    expect(runOne(act('change'), on).row.key).toBe('new key')
    expect(runOne(act('emit'), { ...on, outputKey: 'seq' }).row.key).toBe('7')
    expect(runOne(act('emit', {}, { key: Buffer.alloc(0) }), on).outcome).toBe('processed')
    expect(runOne({ value: null, key }, { ...on, tombstones: 'pass' }).outcome).toBe('processed')
  })

  test('asks for none of records that reach no output', () => {
    expect(runOne(act('filter'), on).outcome).toBe('filtered')
    expect(runOne(act('emit, then filter'), on).outcome).toBe('filtered')
    expect(runOne({ value: null }, { ...on, tombstones: 'filter' }).outcome).toBe('filtered')
    expect(runOne({ value: 'x' }, on).detail).toBe('not-json')
  })

  test('is off by default', () => {
    expect(runOne(act('emit')).outcome).toBe('processed')
  })
})
