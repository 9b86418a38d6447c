import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import pipeline from '../../pipelines/user-login/pipeline.ts'
import { Header } from '../../src/slabs/layout.ts'
import { Slab } from '../../src/slabs/slab.ts'
import { SlabWriter } from '../../src/slabs/writer.ts'
import { testPipeline } from '../../src/test-pipeline.ts'
import { record } from '../fixtures/records.ts'
import { act, NOW_MS, rowsOf, run, runnerWith, runOne, usualShape, type Given } from '../fixtures/run-probe.ts'

type Row = ReturnType<typeof rowsOf>[number]

const every = (metricsEvery: string) => ({ metricsTopic: 'metrics', metricsEvery, groupId: 'g"1' })
const figuresOf = ({ value }: Row) => JSON.parse(value ?? '') as Record<string, unknown>
const isMetrics = ({ output }: Row) => output === 'metrics'
const metricsOf = (rows: readonly Row[]) => rows.filter(isMetrics).map(figuresOf)
const anyNumber = expect.any(Number) as number

describe('METRICS_EVERY=record', () => {
  const on = every('record')
  const place = { pipeline: 'probe', group: 'g"1', topic: 'probes', partition: 1, offset: 42 }
  const one = (given: Given, raw: Record<string, string> = {}) => runOne({ offset: 42, ...given }, { ...on, ...raw })

  test('tells of a record where it stood, what became of it and how long it took; it has the key of its partition', () => {
    const { rows } = one(act('three', { atMs: NOW_MS - 250 }, { key: Buffer.from('k') }))
    expect(rows.map(({ output }) => output)).toEqual(['first', 'second', 'first', 'metrics'])
    const row = rows[3]
    expect([row.key, row.headers, row.timestampMs]).toEqual(['probes/1', [], NOW_MS])
    expect(figuresOf(row)).toEqual({
      ...place,
      outcome: 'processed',
      latency_ms: 250,
      processing_us: anyNumber,
      processed_at: '2023-11-14T22:13:20.000Z'
    })
  })

  test.each([
    ['a dead letter', { value: 'x' }, {}, { outcome: 'dead-letter', reason: 'not-json' }],
    ['what the transform refuses', act('emit, then reject'), {}, { outcome: 'dead-letter', reason: 'rejected' }],
    ['a filtered record', act('emit, then filter'), {}, { outcome: 'filtered', rule: 'unwanted' }],
    ['an expired record', { value: '{"seq":1}' }, { maxRecordAgeMs: '4' }, { outcome: 'expired', rule: 'age' }],
    ['a tombstone', { value: null }, { tombstones: 'pass' }, { outcome: 'processed' }]
  ])('tells of %s', (_name, given, raw, expected) => {
    const [figures, ...others] = metricsOf(one(given, raw).rows)
    expect([others, figures]).toMatchObject([[], { ...place, ...expected, processing_us: anyNumber }])
  })

  test('is no output: a record that emits nothing is filtered by that rule', () => {
    const { outcome, detail, rows } = one(act('nothing'))
    expect([outcome, detail]).toEqual(['filtered', 'nothing-emitted'])
    expect(metricsOf(rows)).toMatchObject([{ outcome: 'filtered', rule: 'nothing-emitted' }])
  })

  test('has no latency where the record does not say when it happened, or was not valid', () => {
    const latencies = [act('emit'), { value: '{"atMs":1}' }, act('emit', { note: 'breaks the clock' })].map(
      given => metricsOf(one(given).rows)[0].latency_ms
    )
    expect(latencies).toEqual([null, null, null])
  })

  test('decides nothing: an event time that throws is no dead letter where nothing else asks for it', () => {
    expect(one(act('emit', { note: 'breaks the clock' })).outcome).toBe('processed')
  })

  test('a latency may be negative', () => {
    expect(metricsOf(one(act('emit', { atMs: NOW_MS + 9 })).rows)[0].latency_ms).toBe(-9)
  })

  test('is not counted among the rows that PROVENANCE_HEADERS numbers, and has no such header', () => {
    const { rows } = one(act('three'), { provenanceHeaders: 'on' })
    expect(rows.map(({ headers }) => headers.at(-1)?.[1])).toEqual([
      'probes/1/42/1/3',
      'probes/1/42/2/3',
      'probes/1/42/3/3',
      undefined
    ])
  })

  test('takes nothing of the record with it', () => {
    const headers = [{ name: 'h', value: Buffer.from('secret') }]
    const { rows } = one(act('emit', { note: 'secret' }, { key: Buffer.from('secret'), headers }))
    expect(JSON.stringify(rows.filter(isMetrics))).not.toContain('secret')
  })
})

describe('METRICS_EVERY=batch', () => {
  const on = every('batch')
  const given = [act('three'), act('emit'), { value: 'x' }, act('filter'), act('nothing'), { value: 'y' }]

  test('tells of the batch behind its last record: counts, bytes and offsets', () => {
    const { rows, slab } = run(given, on)
    expect(rows.findIndex(isMetrics)).toBe(rows.length - 1)
    const bytesOf = (row: Row) =>
      (row.value?.length ?? 0) + row.headers.reduce((sum, [name, value]) => sum + 8 + name.length + value.length, 0)
    expect(figuresOf(rows[rows.length - 1])).toEqual({
      pipeline: 'probe',
      group: 'g"1',
      topic: 'probes',
      partition: 1,
      first_offset: 0,
      last_offset: 5,
      records: 6,
      processed: 2,
      filtered: 2,
      expired: 0,
      'dead-letter': 2,
      reasons: { 'not-json': 2 },
      rules: { unwanted: 1, 'nothing-emitted': 1 },
      bytes_in: slab.headersEnd[5] - slab.keyStart[0],
      bytes_out: rows.slice(0, -1).reduce((sum, row) => sum + bytesOf(row), 0),
      duration_us: anyNumber,
      processed_at: '2023-11-14T22:13:20.000Z'
    })
  })

  test('counts the bytes that a record larger than MAX_RECORD_BYTES had', () => {
    const { rows } = runOne({ value: 'x'.repeat(60_000) }, on, 50_000)
    expect(metricsOf(rows)[0].bytes_in).toBe(60_000)
  })

  test('tells of each batch of a slab', () => {
    const slab = Slab.allocate(usualShape)
    const writer = new SlabWriter(slab, 50_000)
    for (const [topic, offset] of [
      ['a', 0],
      ['a', 1],
      ['b', 7]
    ] as const) {
      writer.append(topic.charCodeAt(0), record({ ...act('emit'), topic, offset }))
    }
    runnerWith(on).run(slab, 0, false, NOW_MS)
    expect(rowsOf(slab).map(({ output, record: of, key }) => [of, output, output === 'metrics' ? key : ''])).toEqual([
      [0, 'first', ''],
      [1, 'first', ''],
      [1, 'metrics', 'a/0'],
      [2, 'first', ''],
      [2, 'metrics', 'b/0']
    ])
    expect(metricsOf(rowsOf(slab))).toMatchObject([
      { topic: 'a', first_offset: 0, last_offset: 1, records: 2 },
      { topic: 'b', first_offset: 7, last_offset: 7, records: 1 }
    ])
  })
})

const randomRun = fc.record({
  metricsEvery: fc.constantFrom('record', 'batch'),
  acts: fc.array(
    fc.record({
      topic: fc.constantFrom('a', 'b'),
      given: fc.oneof(
        fc.nat(1500).map(length => act('long', { note: String(length) })),
        fc.nat(6).map(rows => act('times', { note: String(rows) })),
        fc.constantFrom(act('three'), act('filter'), act('nothing'), { value: 'x' }, { value: null })
      )
    }),
    { minLength: 1, maxLength: 20 }
  ),
  rows: fc.integer({ min: 8, max: 40 }),
  outputBytes: fc.integer({ min: 0, max: 12_000 }),
  /** Summaries note theirs in the same arena. */
  counting: fc.constantFrom({}, { dimensions: 2 })
})

type RandomRun = typeof randomRun extends fc.Arbitrary<infer Value> ? Omit<Value, 'metricsEvery'> : never

/** Runs a slab as often as it takes, and records that fit no arena in a large one, as the processor does. */
function runAll({ acts, rows, outputBytes, counting }: RandomRun, raw: Record<string, string>) {
  const slab = Slab.allocate({ ...usualShape, rows, outputBytes, ...counting })
  const writer = new SlabWriter(slab, 50_000)
  acts.forEach(({ topic, given }, offset) => writer.append(topic.charCodeAt(0), record({ ...given, topic, offset })))
  const runner = runnerWith({ tombstones: 'pass', ...raw })
  const seen: (Row & { readonly at: number })[] = []
  for (let from = 0; from < slab.records;) {
    slab.clearOutput()
    runner.run(slab, from, false, NOW_MS)
    seen.push(...rowsOf(slab).map(row => Object.assign(row, { at: row.record })))
    const stopped = slab.header[Header.STOPPED_AT]
    if (stopped > from) from = stopped
    else seen.push(...runLarge(runner, acts[from], from++))
  }
  return { slab, seen }
}

function runLarge(
  runner: ReturnType<typeof runnerWith>,
  { topic, given }: { topic: string; given: Given },
  at: number
) {
  const large = Slab.allocate({ records: 1, rows: 1024, inputBytes: 10_000, outputBytes: 100_000 })
  new SlabWriter(large, 50_000).append(1, record({ ...given, topic, offset: at }))
  runner.run(large, 0, true, NOW_MS)
  return rowsOf(large).map(row => Object.assign(row, { at }))
}

describe('whatever the room, the number of rows and the batches', () => {
  test('each record is told of once, behind its rows, and rows and outcomes are what they are without metrics', () => {
    fc.assert(
      fc.property(randomRun, given => {
        const { slab, seen } = runAll(given, every(given.metricsEvery))
        const plain = runAll(given, {})
        const withoutPlace = ({ at, output, value, key }: (typeof seen)[number]) => [at, output, value, key]
        expect(seen.filter(row => !isMetrics(row)).map(withoutPlace)).toEqual(plain.seen.map(withoutPlace))
        expect(seen.map(({ at }) => at)).toEqual(seen.map(({ at }) => at).toSorted((a, b) => a - b))
        const told = seen.filter(isMetrics).flatMap(row => offsetsOf(row))
        expect(told).toEqual(given.acts.map((_, offset) => offset))
        for (const [index, row] of seen.entries()) if (isMetrics(row)) expect(seen[index + 1]?.at).not.toBe(row.at)
        expect(slab.rows).toBeLessThanOrEqual(slab.shape.rows)
        expect(slab.header[Header.OUTPUT_END]).toBeLessThanOrEqual(slab.places.output + slab.shape.outputBytes)
      }),
      { numRuns: 300 }
    )
  })

  test('the figures of a batch add up to what became of its records', () => {
    fc.assert(
      fc.property(randomRun, given => {
        const { seen } = runAll({ ...given, outputBytes: 100_000, rows: 200 }, every('batch'))
        const total = (name: string) => metricsOf(seen).reduce((sum, figures) => sum + Number(figures[name]), 0)
        const { results } = run(
          given.acts.map(({ given: each }) => each),
          { tombstones: 'pass' }
        )
        fc.pre(results.length === given.acts.length)
        for (const outcome of ['processed', 'filtered', 'expired', 'dead-letter']) {
          expect(total(outcome)).toBe(results.filter(result => result.outcome === outcome).length)
        }
      }),
      { numRuns: 100 }
    )
  })
})

function offsetsOf(row: Row): number[] {
  const { offset, first_offset: first, last_offset: last } = figuresOf(row)
  if (offset !== undefined) return [Number(offset)]
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index)
}

test('METRICS_EVERY=interval and no topic write no rows beside those of the record', () => {
  expect(run([act('emit'), { value: 'x' }], every('interval')).rows.filter(isMetrics)).toEqual([])
  expect(run([act('emit')], { metricsEvery: 'record' }).rows).toHaveLength(1)
})

test('the shipped pipeline tells how late a login came, and nothing personal', () => {
  const login = {
    user_id: '424cdd21-063a-43a7',
    app_version: '2.3.0',
    ip: '199.172.111.135',
    locale: 'RU',
    device_id: '593-47-5928',
    timestamp: '1694479551'
  }
  const environment = { METRICS_TOPIC: 'm', METRICS_EVERY: 'record' }
  const values = [login, { ...login, ip: 'nonsense 593-47-5928' }]
  const results = testPipeline(
    pipeline,
    values.map(value => ({ value, key: login.user_id })),
    {
      environment,
      nowMs: 1_694_479_551_750
    }
  )
  const figures = results.map(({ outputs }) => outputs.find(({ output }) => output === 'metrics'))
  expect(figures.map(row => JSON.parse(row?.value ?? ''))).toMatchObject([
    { pipeline: 'user-login', offset: 0, outcome: 'processed', latency_ms: 750 },
    { pipeline: 'user-login', offset: 1, outcome: 'dead-letter', reason: 'rejected', latency_ms: 750 }
  ])
  for (const personal of [login.user_id, login.ip, login.device_id]) {
    expect(JSON.stringify(figures)).not.toContain(personal)
  }
})
