import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { placesOf, shapeOf, type SlabShape } from '../../../src/slabs/layout.ts'
import { Slab } from '../../../src/slabs/slab.ts'

const shape: fc.Arbitrary<SlabShape> = fc.record({
  records: fc.integer({ min: 1, max: 300 }),
  rows: fc.integer({ min: 1, max: 600 }),
  inputBytes: fc.nat(5000),
  outputBytes: fc.nat(5000),
  dimensions: fc.nat(8)
})

/** Every part of a slab as the stretch of bytes that it takes. */
function stretchesOf(slab: Slab): { start: number; end: number }[] {
  const columns = Object.values(slab).filter(
    (part): part is Int32Array | Uint8Array => ArrayBuffer.isView(part) && !Buffer.isBuffer(part)
  )
  const { places, shape } = slab
  return [
    ...columns.map(({ byteOffset, byteLength }) => ({ start: byteOffset, end: byteOffset + byteLength })),
    { start: places.input, end: places.input + shape.inputBytes },
    { start: places.output, end: places.output + shape.outputBytes }
  ].sort((a, b) => a.start - b.start || a.end - b.end)
}

describe('layout', () => {
  test('no column, and neither arena, overlaps another or passes the end', () => {
    fc.assert(
      fc.property(shape, shape => {
        const slab = Slab.allocate(shape)
        const stretches = stretchesOf(slab)
        expect(stretches).toHaveLength(2 + 5 + 13 + 2 + 10 + 2)
        stretches.reduce((before, next) => {
          expect(next.start).toBeGreaterThanOrEqual(before.end)
          return next
        })
        expect(stretches.at(-1)?.end).toBeLessThanOrEqual(placesOf(shape).end)
        expect(slab.memory.byteLength).toBe(placesOf(shape).end)
      }),
      { numRuns: 50 }
    )
  })

  test('a slab takes at most the bytes that it was given, and wastes fewer than sixteen', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 256, max: 4096 }),
        fc.nat(15),
        (records, bytesEach, odd) => {
          const sizeBytes = 1024 + records * bytesEach + odd
          const { end } = placesOf(shapeOf(records, sizeBytes))
          expect(end).toBeLessThanOrEqual(sizeBytes)
          expect(end).toBeGreaterThan(sizeBytes - 16)
        }
      )
    )
  })

  test('output has more room than input', () => {
    const { inputBytes, outputBytes } = shapeOf(512, 524_288)
    expect(outputBytes).toBeGreaterThan(inputBytes)
  })

  test('a size that leaves hardly any room for records is refused', () => {
    expect(() => shapeOf(512, 65_536)).toThrow('a slab of 65536 bytes is too small for 512 records')
  })
})
