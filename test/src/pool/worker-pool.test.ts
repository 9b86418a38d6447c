import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { WorkerDied } from '../../../src/pool/worker-death.ts'
import { WorkerPool } from '../../../src/pool/worker-pool.ts'
import { Header } from '../../../src/slabs/layout.ts'
import { outcomes } from '../../../src/slabs/outcomes.ts'
import { Slab } from '../../../src/slabs/slab.ts'
import { SlabWriter } from '../../../src/slabs/writer.ts'
import { record } from '../../fixtures/records.ts'
import { usualShape } from '../../fixtures/stages.ts'
import { temporaryDir } from '../../scripts/temporary-dir.ts'

const PROBE = fileURLToPath(new URL('../../fixtures/probe-pipeline.ts', import.meta.url))
const BROKEN = fileURLToPath(new URL('../../fixtures/main-only-pipeline.ts', import.meta.url))

const pools: WorkerPool[] = []

function setUp({ threads = 1, pipeline = PROBE, recordDeadlineMs = 60_000, endTimeoutMs = 5000 } = {}) {
  const slabs = [Slab.allocate(usualShape), Slab.allocate(usualShape)]
  const failures: Error[] = []
  let told: () => void
  const failed = new Promise<void>(resolve => (told = resolve))
  const pool = new WorkerPool({
    threads,
    slabs,
    setup: { pipeline, settings: {} },
    recordDeadlineMs,
    endTimeoutMs,
    failed: error => {
      failures.push(error)
      told()
    }
  })
  pools.push(pool)
  return { pool, slabs, failures, failed }
}

function fill(slab: Slab, ...records: object[]): Slab {
  const writer = new SlabWriter(slab, 50_000)
  records.forEach((value, offset) => writer.append(1, record({ offset, value: JSON.stringify(value) })))
  return slab
}

const outcomesOf = (slab: Slab) => Array.from(slab.outcome.subarray(0, slab.records), code => outcomes[code])

const runAll = (pool: WorkerPool, slab: Slab) => pool.run(slab, 0, slab.records)
const deathIn = (pool: WorkerPool, slab: Slab) => runAll(pool, slab).catch((death: WorkerDied) => death)
const begun = async (slab: Slab) => {
  while (Atomics.load(slab.header, Header.CURSOR) === 0) await new Promise(resolve => setImmediate(resolve))
}

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close()
})

describe('WorkerPool', () => {
  test('runs the records of a slab in a thread, which leaves nothing but the result', async () => {
    const { pool, slabs } = setUp()
    const slab = fill(slabs[1], { seq: 1 }, { seq: 2, act: 'nothing' })
    await runAll(pool, slab)
    expect(outcomesOf(slab)).toEqual(['processed', 'filtered'])
    expect([slab.header[Header.TASK], slab.header[Header.STOPPED_AT]]).toEqual([1, 2])
    expect(slab.header[Header.OWNER]).toBeLessThan(0)
  })

  test('runs a part of a slab, and another one behind it', async () => {
    const { pool, slabs } = setUp()
    const slab = fill(slabs[0], { seq: 1 }, { seq: 2 }, { seq: 3 })
    await pool.run(slab, 0, 1)
    expect([outcomesOf(slab), slab.header[Header.STOPPED_AT]]).toEqual([['processed', 'pending', 'pending'], 1])
    slab.rewindOutput(slab.outputMark)
    await pool.run(slab, 1, 3)
    expect([outcomesOf(slab), slab.rows]).toEqual([['processed', 'processed', 'processed'], 3])
  })

  test('runs a slab that is none of the fixed ones, as the last resort of its record', async () => {
    const { pool } = setUp()
    const large = fill(Slab.allocate({ records: 1, rows: 10, inputBytes: 5000, outputBytes: 2000 }), {
      seq: 1,
      act: 'long',
      note: '9000'
    })
    await runAll(pool, large)
    expect([outcomesOf(large), large.header[Header.STOPPED_AT]]).toEqual([['dead-letter'], 1])
  })

  test('a thread that ends rejects its task, the cursor names the record, and another takes its place', async () => {
    const { pool, slabs, failures } = setUp()
    const marker = join(temporaryDir(), 'died')
    const slab = fill(slabs[0], { seq: 1 }, { seq: 2, act: 'die once', note: marker }, { seq: 3 })
    expect(await deathIn(pool, slab)).toMatchObject({
      death: 'died',
      code: 'exit code 1',
      stood: { place: 'at', record: 1 }
    })
    expect(existsSync(marker)).toBe(true)
    slab.clearOutput()
    await runAll(pool, slab)
    expect([outcomesOf(slab), failures]).toEqual([['processed', 'processed', 'processed'], []])
  })

  test('a thread whose heap is full dies at its record', async () => {
    const { pool, slabs } = setUp()
    const slab = fill(slabs[0], { seq: 1 }, { seq: 2, act: 'exhaust the heap' }, { seq: 3 })
    expect(await deathIn(pool, slab)).toMatchObject({
      death: 'died',
      code: 'ERR_WORKER_OUT_OF_MEMORY',
      stood: { place: 'at', record: 1 }
    })
  })

  test('a thread that dies of what a record has left behind has run the last one, or has said so by then', async () => {
    const { pool, slabs } = setUp()
    const slab = fill(slabs[0], { seq: 1, act: 'throw later', note: 'x' }, { seq: 2 })
    const death = await deathIn(pool, slab)
    if (death !== undefined) expect(death).toMatchObject({ death: 'died', stood: { place: 'after' } })
    expect(outcomesOf(slab)).toEqual(['processed', 'processed'])
  })

  test('a thread that hangs in a record is ended, and another takes its place', async () => {
    const { pool, slabs } = setUp({ recordDeadlineMs: 500 })
    const slab = fill(slabs[0], { seq: 1 }, { seq: 2, act: 'hang once', note: join(temporaryDir(), 'hung') })
    expect(await deathIn(pool, slab)).toMatchObject({ death: 'hung', stood: { place: 'at', record: 1 } })
    slab.clearOutput()
    await runAll(pool, slab)
    expect(outcomesOf(slab)).toEqual(['processed', 'processed'])
  })

  test('one that hangs in what a record has left behind is ended, too', async () => {
    const { pool, slabs } = setUp({ recordDeadlineMs: 500 })
    const slab = fill(slabs[0], { seq: 1, act: 'hang later' }, { seq: 2 })
    expect(await deathIn(pool, slab)).toMatchObject({ death: 'hung', stood: { place: 'after' } })
  })

  test('many records that take their time together do not hang, nor does what waits for a thread', async () => {
    const { pool, slabs } = setUp({ recordDeadlineMs: 1000 })
    const slow = Array.from({ length: 30 }, (_, seq) => ({ seq, act: 'spin', note: '50' }))
    await Promise.all([runAll(pool, fill(slabs[0], ...slow)), runAll(pool, fill(slabs[1], ...slow))])
    expect(new Set([...outcomesOf(slabs[0]), ...outcomesOf(slabs[1])])).toEqual(new Set(['processed']))
  })

  test('a thread that does not end is told of, and keeps the pool from closing', async () => {
    const { pool, slabs } = setUp({ recordDeadlineMs: 200, endTimeoutMs: 100 })
    const slab = fill(slabs[0], { seq: 1 }, { seq: 2, act: 'be deaf', note: '5' })
    expect(await deathIn(pool, slab)).toMatchObject({ death: 'stuck', stood: { place: 'at', record: 1 } })
    await expect(pool.close()).rejects.toThrow('a worker thread does not end')
  })

  test('threads that can’t start are reported, as tasks would wait for ever', async () => {
    const { pool, slabs, failures, failed } = setUp({ threads: 2, pipeline: BROKEN })
    runAll(pool, fill(slabs[0], { seq: 1 })).catch(() => undefined)
    await failed
    expect(failures[0].message).toBe('a worker thread could not start: this pipeline loads in the main thread only')
  })

  test('closing rejects what runs, and reports no failure', async () => {
    const { pool, slabs, failures } = setUp()
    const running = deathIn(pool, fill(slabs[0], { seq: 1, act: 'spin', note: '20000' }))
    await begun(slabs[0])
    await pool.close()
    expect(await running).toBeInstanceOf(WorkerDied)
    expect(failures).toEqual([])
  })
})
