import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shapeOf } from '../../../src/slabs/layout.ts'
import { SlabPool } from '../../../src/slabs/pool.ts'
import type { Slab } from '../../../src/slabs/slab.ts'

const shape = shapeOf(4, 4096)
const COUNT = 5

describe('SlabPool', () => {
  test('never hands a slab out twice, and counts what is free', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant('acquire' as const), fc.nat(COUNT)), { maxLength: 60 }), steps => {
        const pool = new SlabPool(COUNT, shape)
        const out: Slab[] = []
        for (const step of steps) {
          if (step === 'acquire') {
            const slab = pool.acquire()
            expect(slab === undefined).toBe(out.length === COUNT)
            if (slab === undefined) continue
            expect(out).not.toContain(slab)
            out.push(slab)
          } else if (step < out.length) pool.release(out.splice(step, 1)[0])
          expect(pool.free).toBe(COUNT - out.length)
        }
      })
    )
  })

  test('a slab comes empty', () => {
    const pool = new SlabPool(1, shape)
    const slab = pool.acquire() as Slab
    slab.header.fill(1)
    pool.release(slab)
    expect(pool.acquire()?.records).toBe(0)
  })

  test('large slabs have their own limit and are not kept', () => {
    const pool = new SlabPool(1, shape, 2)
    const [first, second] = [pool.acquireLarge(10_000, 20_000), pool.acquireLarge(10_000, 20_000)]
    expect([first?.shape.inputBytes, second?.shape.records, pool.large]).toEqual([10_000, 1, 2])
    expect(pool.acquireLarge(10_000, 20_000)).toBeUndefined()
    pool.release(first as Slab)
    expect([pool.large, pool.free]).toEqual([1, 1])
    expect(pool.acquireLarge(10_000, 20_000)).not.toBe(first)
  })

  test('an overflow slab is counted nowhere', () => {
    const pool = new SlabPool(1, shape, 1)
    const slab = pool.overflow(10, 10)
    expect([pool.large, pool.free]).toEqual([0, 1])
    pool.release(slab)
    expect([pool.large, pool.free]).toEqual([0, 1])
  })

  test('a large slab never has less room for rows than a usual one', () => {
    const usual = shapeOf(1024, 1_048_576)
    const { rows, outputBytes } = new SlabPool(1, usual).overflow(100, 100).shape
    expect(rows).toBeGreaterThanOrEqual(usual.rows)
    expect(outputBytes).toBeGreaterThanOrEqual(usual.outputBytes)
  })

  test('released resolves at once while a slab is free, else with the next release', async () => {
    const pool = new SlabPool(1, shape)
    await pool.released()
    const slab = pool.acquire() as Slab
    const order: string[] = []
    const waiting = pool.released().then(() => order.push('woken'))
    await Promise.resolve()
    order.push('before')
    pool.release(slab)
    await waiting
    expect(order).toEqual(['before', 'woken'])
  })

  test('says how much memory the fixed slabs take', () => {
    expect(new SlabPool(3, shape).sizeBytes).toBe(3 * 4096)
  })
})
