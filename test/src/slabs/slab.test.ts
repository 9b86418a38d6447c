import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Header, shapeOf } from '../../../src/slabs/layout.ts'
import { Slab } from '../../../src/slabs/slab.ts'

const slab = Slab.allocate(shapeOf(4, 8192))

describe('Slab', () => {
  test('offsets and timestamps keep all 53 bits, and -1', () => {
    const number = fc.oneof(
      fc.maxSafeNat(),
      fc.constantFrom(-1, 0, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER)
    )
    fc.assert(
      fc.property(number, fc.nat(3), (value, index) => {
        slab.setOffset(index, value)
        slab.setTimestamp(index, value)
        slab.setRowTimestamp(index, value)
        expect([slab.offsetOf(index), slab.timestampOf(index), slab.rowTimestampOf(index)]).toEqual([
          value,
          value,
          value
        ])
      })
    )
  })

  test('two views of one memory see the same', () => {
    const other = new Slab(slab.memory, slab.shape)
    slab.setOffset(2, 77)
    slab.bytes[slab.places.output] = 9
    expect(other.offsetOf(2)).toBe(77)
    expect(other.bytes[other.places.output]).toBe(9)
  })

  test('clearing what a worker wrote leaves the records', () => {
    const { header, counters, places } = slab
    header.fill(3)
    counters.fill(3)
    slab.clearOutput()
    expect([slab.records, slab.batches, header[Header.INPUT_END]]).toEqual([3, 3, 3])
    expect([slab.rows, header[Header.OUTPUT_END], header[Header.STOPPED_AT], header[Header.CURSOR]]).toEqual([
      0,
      places.output,
      0,
      0
    ])
    expect([...new Set(counters)]).toEqual([0])
  })

  test('clearing it all leaves nothing', () => {
    slab.header.fill(3)
    slab.clear()
    expect([slab.records, slab.batches, slab.rows, slab.header[Header.INPUT_END]]).toEqual([0, 0, 0, slab.places.input])
  })
})
