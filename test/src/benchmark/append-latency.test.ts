import { expect, test } from 'vitest'
import { readAppendLatency } from '../../../src/benchmark/append-latency.ts'
import { SOURCE_HEADER } from '../../../src/slabs/source-header.ts'
import { type MemoryRecord, MemoryReader } from '../../fixtures/memory-reader.ts'

const input = [{ topic: 'in', partition: 0 }]
const outputs = ['out', 'dlq'].map(topic => ({ topic, partition: 0 }))
const never = new AbortController().signal

const made = (offset: number, from: number, timestampMs: number): MemoryRecord => ({
  offset,
  timestampMs,
  headers: { [SOURCE_HEADER]: `in/0/${from}/1/1` }
})

/** Input 0 is of the warm-up, 1 and 2 count. */
function reader(out: MemoryRecord[], dlq: MemoryRecord[] = []): MemoryReader {
  const inputs = [900, 1000, 1010].map((timestampMs, offset) => ({ offset, timestampMs }))
  return new MemoryReader(
    new Map([
      ['in/0', inputs],
      ['out/0', out],
      ['dlq/0', dlq]
    ])
  )
}

test('each output is held against the input that it was made of, wherever it went', async () => {
  const reading = reader([made(0, 0, 5000), made(1, 2, 1015)], [made(0, 1, 1025)])
  const latency = await readAppendLatency(reading, input, outputs, 1000, never)
  expect(latency).toEqual({ p50: 5, p99: 25, p999: 25, rows: 2 })
})

test('where nothing came out there is no latency', async () => {
  expect(await readAppendLatency(reader([]), input, outputs, 1000, never)).toBeUndefined()
})
