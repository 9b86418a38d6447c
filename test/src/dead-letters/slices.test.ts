import { expect, test } from 'vitest'
import { readAt, Slices } from '../../../src/dead-letters/slices.ts'
import type { OffsetRange, RangeReader, RangeRecord, RangeVisitor } from '../../../src/kafka/range-reader.ts'

/** A topic of two partitions with gaps in their offsets, read in turns. */
class Reader implements Pick<RangeReader, 'read'> {
  readonly sizeBytes: number
  reads = 0

  constructor(sizeBytes = 1) {
    this.sizeBytes = sizeBytes
  }

  async read(ranges: readonly OffsetRange[], visitor: RangeVisitor, signal?: AbortSignal): Promise<void> {
    this.reads++
    const value = Buffer.alloc(this.sizeBytes)
    const last = Math.max(...ranges.map(({ to }) => to))
    for (let offset = 0; offset < last; offset += 2) {
      for (const [index, { topic, partition, from, to }] of ranges.entries()) {
        signal?.throwIfAborted()
        if (offset < from || offset >= to) continue
        visitor.record(
          { topic, partition, offset, timestampMs: 1, key: null, value, headers: [] } as unknown as RangeRecord,
          index
        )
      }
    }
    // The reader has one buffer for all.
    value.fill(255)
    for (const [index, { from, to }] of ranges.entries()) if (from < to) visitor.ended?.(index, to)
  }
}

const ranges = (to: number) => [0, 1].map(partition => ({ topic: 'dlq', partition, from: 0, to }))

async function all(slices: Slices) {
  const sizes: number[] = []
  const places: string[] = []
  for (let records = await slices.next(); records.length > 0; records = await slices.next()) {
    sizes.push(records.length)
    places.push(...records.map(({ partition, offset }) => `${partition}/${offset}`))
  }
  return { sizes, places }
}

test('every record comes once, and no slice is larger than fits', async () => {
  const { sizes, places } = await all(new Slices(new Reader() as unknown as RangeReader, ranges(12_000)))
  expect(sizes).toEqual([5000, 5000, 2000])
  expect(new Set(places).size).toBe(12_000)
})

test('large records make small slices', async () => {
  const { sizes } = await all(new Slices(new Reader(6_000_000) as unknown as RangeReader, ranges(10)))
  expect(sizes).toEqual([3, 3, 3, 1])
})

test('the records are copies: the reader uses its own again', async () => {
  const [record] = await new Slices(new Reader() as unknown as RangeReader, ranges(2)).next()
  expect(record.value).toEqual(Buffer.from([0]))
})

test('one that is aborted ends without an error; any other error is told', async () => {
  const stop = new AbortController()
  stop.abort()
  expect(await new Slices(new Reader() as unknown as RangeReader, ranges(2)).next(stop.signal)).toEqual([])
  const failing = { read: () => Promise.reject(new Error('deleted')) } as unknown as RangeReader
  await expect(new Slices(failing, ranges(2)).next()).rejects.toThrow('deleted')
})

test('one record is read by its position', async () => {
  const reader = new Reader() as unknown as RangeReader
  expect(await readAt(reader, { topic: 'dlq', partition: 0, offset: 4 })).toMatchObject({ offset: 4 })
  expect(await readAt(reader, { topic: 'dlq', partition: 0, offset: 5 })).toBeUndefined()
})
