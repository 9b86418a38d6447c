import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
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

function setUp({ threads = 1, pipeline = PROBE } = {}) {
  const slabs = [Slab.allocate(usualShape), Slab.allocate(usualShape)]
  const failures: Error[] = []
  let told: () => void
  const failed = new Promise<void>(resolve => (told = resolve))
  const pool = new WorkerPool({
    threads,
    slabs,
    setup: { pipeline, settings: {} },
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

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close()
})

describe('WorkerPool', () => {
  test('runs the records of a slab in a thread, which leaves nothing but the result', async () => {
    const { pool, slabs } = setUp()
    const slab = fill(slabs[1], { seq: 1 }, { seq: 2, act: 'nothing' })
    await pool.run(slab, 0)
    expect(outcomesOf(slab)).toEqual(['processed', 'filtered'])
    expect([slab.header[Header.OWNER], slab.header[Header.TASK], slab.header[Header.STOPPED_AT]]).toEqual([0, 1, 2])
  })

  test('runs a slab that is none of the fixed ones, as the last resort of its record', async () => {
    const { pool } = setUp()
    const large = fill(Slab.allocate({ records: 1, rows: 10, inputBytes: 5000, outputBytes: 2000 }), {
      seq: 1,
      act: 'long',
      note: '9000'
    })
    await pool.run(large, 0)
    expect([outcomesOf(large), large.header[Header.STOPPED_AT]]).toEqual([['dead-letter'], 1])
  })

  test('a thread that ends rejects its task, the cursor names the record, and another takes its place', async () => {
    const { pool, slabs, failures } = setUp()
    const marker = join(temporaryDir(), 'died')
    const slab = fill(slabs[0], { seq: 1 }, { seq: 2, act: 'die once', note: marker }, { seq: 3 })
    await expect(pool.run(slab, 0)).rejects.toThrow('worker exited')
    expect([existsSync(marker), pool.cursorOf(slab)]).toEqual([true, 1])
    slab.clearOutput()
    expect(pool.cursorOf(slab)).toBe(-1)
    await pool.run(slab, 0)
    expect([outcomesOf(slab), failures]).toEqual([['processed', 'processed', 'processed'], []])
  })

  test('threads that can’t start are reported, as tasks would wait for ever', async () => {
    const { pool, slabs, failures, failed } = setUp({ threads: 2, pipeline: BROKEN })
    pool.run(fill(slabs[0], { seq: 1 }), 0).catch(() => undefined)
    await failed
    expect(failures[0].message).toBe('a worker thread could not start: this pipeline loads in the main thread only')
  })

  test('closing rejects what runs, and reports no failure', async () => {
    const { pool, slabs, failures } = setUp()
    const running = pool.run(fill(slabs[0], { seq: 1, act: 'spin', note: '20000' }), 0).catch((error: Error) => error)
    while (pool.cursorOf(slabs[0]) < 0) await new Promise(resolve => setImmediate(resolve))
    await pool.close()
    expect(await running).toBeInstanceOf(Error)
    expect(failures).toEqual([])
  })
})
