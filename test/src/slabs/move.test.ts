import fc from 'fast-check'
import { expect, test } from 'vitest'
import { moveRecord } from '../../../src/slabs/move.ts'
import { readRecord } from '../../../src/slabs/reader.ts'
import { Slab } from '../../../src/slabs/slab.ts'
import { applyVerdict } from '../../../src/slabs/verdict.ts'
import { SlabWriter } from '../../../src/slabs/writer.ts'
import { offset, record, recordContent } from '../../fixtures/records.ts'

const content = fc
  .tuple(offset, recordContent)
  .map(([offset, content]) => record({ ...content, offset, topic: 'a-topic', partition: 5 }))

test('a moved record is the same in a slab of just its size, and a batch of its own', () => {
  fc.assert(
    fc.property(fc.array(content, { minLength: 1, maxLength: 10 }), fc.nat(), (records, pick) => {
      const from = Slab.allocate({ records: 10, rows: 10, inputBytes: 20_000, outputBytes: 0 })
      const writer = new SlabWriter(from, 1_000_000)
      for (const one of records) writer.append(7, one)
      const index = pick % records.length
      const inputBytes = from.headersEnd[index] - from.keyStart[index] + 'a-topic'.length
      const to = Slab.allocate({ records: 1, rows: 1, inputBytes, outputBytes: 0 })

      moveRecord(from, index, { topic: 'a-topic', partition: 5, epoch: 7 }, to)

      expect(readRecord(to, 0, 0)).toEqual(records[index])
      expect([to.records, to.batches, to.batchEnd(0), to.batchEpoch[0]]).toEqual([1, 1, 1, 7])
      expect(readRecord(from, 0, index)).toEqual(records[index])
    })
  )
})

test('what a dead letter by reference needs moves too, and its verdict', () => {
  const from = Slab.allocate({ records: 2, rows: 2, inputBytes: 500, outputBytes: 0 })
  new SlabWriter(from, 100).append(1, record({ value: 'x'.repeat(300) }))
  const to = Slab.allocate({ records: 1, rows: 1, inputBytes: 500, outputBytes: 0 })
  applyVerdict(from, 0, { reason: 7, omitValue: false })
  moveRecord(from, 0, { topic: 'logins', partition: 0, epoch: 1 }, to)
  expect([to.omittedBytes[0], to.flags[0], to.detail[0]]).toEqual([300, from.flags[0], 7])
})
