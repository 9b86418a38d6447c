import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VALUE_IS_OMITTED } from '../../../src/slabs/layout.ts'
import { readRecord } from '../../../src/slabs/reader.ts'
import { Slab } from '../../../src/slabs/slab.ts'
import { recordSize, SlabWriter, type IncomingRecord } from '../../../src/slabs/writer.ts'
import { offset, record, recordContent } from '../../fixtures/records.ts'

const shape = { records: 40, rows: 80, inputBytes: 4096, outputBytes: 4096 }
const NO_LIMIT = 1_000_000

/** Records of up to four assignments, each of a partition of its own. */
const incoming = fc.tuple(fc.integer({ min: 1, max: 4 }), offset, recordContent).map(([epoch, offset, content]) => ({
  epoch,
  record: { topic: `topic-${epoch % 2}`, partition: epoch, offset, ...content }
}))

function readAll(slab: Slab): { epoch: number; record: IncomingRecord }[] {
  const all = []
  for (let batch = 0; batch < slab.batches; batch++) {
    for (let index = slab.batchFirstRecord[batch]; index < slab.batchEnd(batch); index++) {
      all.push({ epoch: slab.batchEpoch[batch], record: readRecord(slab, batch, index) })
    }
  }
  return all
}

describe('SlabWriter', () => {
  test('whatever was taken comes back as it was, in order', () => {
    fc.assert(
      fc.property(fc.array(incoming, { maxLength: 60 }), all => {
        const slab = Slab.allocate(shape)
        const writer = new SlabWriter(slab, NO_LIMIT)
        const refused = all.findIndex(({ epoch, record }) => writer.append(epoch, record) !== 0)
        const taken = refused < 0 ? all : all.slice(0, refused)
        expect(readAll(slab)).toEqual(taken)
        expect([writer.records, slab.records]).toEqual([taken.length, taken.length])
      })
    )
  })

  test('consecutive records of one assignment are one batch', () => {
    const slab = Slab.allocate(shape)
    const writer = new SlabWriter(slab, NO_LIMIT)
    for (const epoch of [1, 1, 2, 1]) writer.append(epoch, record({ partition: epoch }))
    expect([slab.batches, slab.batchEnd(0), slab.batchEnd(1), slab.batchEnd(2)]).toEqual([3, 2, 3, 4])
  })

  test('a record that is refused leaves the slab as it was, and the bytes it names are just enough', () => {
    fc.assert(
      fc.property(incoming, ({ epoch, record }) => {
        const inputBytes = recordSize(record) + record.topic.length
        const small = Slab.allocate({ records: 1, rows: 1, inputBytes: inputBytes - 1, outputBytes: 0 })
        expect(new SlabWriter(small, NO_LIMIT).append(epoch, record)).toBe(inputBytes)
        expect([small.records, small.batches]).toEqual([0, 0])

        const exact = Slab.allocate({ records: 1, rows: 1, inputBytes, outputBytes: 0 })
        expect(new SlabWriter(exact, NO_LIMIT).append(epoch, record)).toBe(0)
        expect(readAll(exact)).toEqual([{ epoch, record }])
      })
    )
  })

  test('a full slab refuses even a record that has room in the arena', () => {
    const slab = Slab.allocate({ ...shape, records: 2 })
    const writer = new SlabWriter(slab, NO_LIMIT)
    expect([1, 1, 1].map(epoch => writer.append(epoch, record()) === 0)).toEqual([true, true, false])
  })

  test('a record above the limit is taken without its value, which is marked and measured', () => {
    const slab = Slab.allocate(shape)
    const large = record({ key: Buffer.from('key'), value: 'v'.repeat(1000) })
    expect(new SlabWriter(slab, 1002).append(1, large)).toBe(0)
    expect(slab.flags[0] & VALUE_IS_OMITTED).not.toBe(0)
    expect(slab.omittedBytes[0]).toBe(1000)
    expect(readRecord(slab, 0, 0)).toEqual({ ...large, value: Buffer.alloc(0) })
  })

  test('a record just at the limit is taken whole', () => {
    const slab = Slab.allocate(shape)
    new SlabWriter(slab, 1000).append(1, record({ value: 'v'.repeat(1000) }))
    expect(slab.flags[0]).toBe(1)
  })

  test('goes on behind what a transport has appended by itself', () => {
    const slab = Slab.allocate(shape)
    const transport = new SlabWriter(slab, NO_LIMIT)
    const writer = new SlabWriter(slab, NO_LIMIT)
    for (const offset of [1, 2]) transport.append(7, record({ offset }))
    writer.resume()
    expect(writer.records).toBe(2)
    writer.append(7, record({ offset: 3 }))
    writer.append(8, record({ offset: 4 }))
    expect(readAll(slab).map(({ epoch, record: { offset } }) => [epoch, offset])).toEqual([
      [7, 1],
      [7, 2],
      [7, 3],
      [8, 4]
    ])
    expect(slab.batches).toBe(2)
  })
})
