import { expect, test } from 'vitest'
import { RangeReading } from '../../../../src/kafka/confluent/range-reading.ts'
import type { RangeVisitor } from '../../../../src/kafka/range-reader.ts'

const range = (partition: number, from: number, to: number) => ({ topic: 'in', partition, from, to })
const message = (partition: number, offset: number) => ({
  topic: 'in',
  partition,
  offset,
  timestamp: 0,
  key: null,
  value: null
})
const end = (partition: number, offset: number) => ({ topic: 'in', partition, offset, messageIndex: -1 })

function readingOf(ranges: Parameters<typeof range>[], more: Partial<RangeVisitor> = {}) {
  const seen: string[] = []
  const record: RangeVisitor['record'] = ({ partition, offset }, index) =>
    void seen.push(`${index}: ${partition}@${offset}`)
  const reading = new RangeReading(
    ranges.map(each => range(...each)),
    { record, ...more }
  )
  return { reading, seen }
}

test('hands on what belongs to a range, under its number, and knows when each has been read', () => {
  const { reading, seen } = readingOf([
    [3, 10, 12],
    [1, 5, 5],
    [0, 0, 2]
  ])
  expect(reading.left).toBe(2)
  expect(reading.take([message(3, 10), message(0, 0), message(3, 11), message(3, 12)], [])).toEqual([
    { topic: 'in', partition: 3 }
  ])
  expect(reading.take([message(3, 13), message(0, 1), message(7, 0)], [])).toEqual([{ topic: 'in', partition: 0 }])
  expect(seen).toEqual(['0: 3@10', '2: 0@0', '0: 3@11', '2: 0@1'])
  expect(reading.left).toBe(0)
})

test('a gap at the end of a range: the next record or the end of the partition tells that nothing comes', () => {
  const { reading, seen } = readingOf([
    [0, 0, 10],
    [1, 0, 10]
  ])
  expect(reading.take([message(0, 3), message(1, 4)], [end(1, 9)])).toEqual([])
  expect(reading.take([message(0, 12)], [end(1, 10)])).toHaveLength(2)
  expect(seen).toEqual(['0: 0@3', '1: 1@4'])
})

test('is read on as long as the visitor wants to', () => {
  const ends: number[] = []
  const { reading, seen } = readingOf([[0, 0, 2]], {
    ended: (_, to) => {
      ends.push(to)
      return Math.min(to + 2, 6)
    }
  })
  expect(reading.take([message(0, 0), message(0, 1), message(0, 5), message(0, 6)], [])).toHaveLength(1)
  expect([ends, seen]).toEqual([
    [2, 4, 6],
    ['0: 0@0', '0: 0@1', '0: 0@5']
  ])
})

test('the last header of a name is found, whatever the names are', () => {
  const found: (string | undefined)[] = []
  const reading = new RangeReading([range(0, 0, 2)], {
    record: record => found.push(...['a', 'b', 'toString'].map(name => record.lastHeader(name)?.toString()))
  })
  const headers = [
    ['a', '1'],
    ['b', '2'],
    ['a', '3']
  ].map(([name, value]) => ({ [name]: Buffer.from(value) }))
  reading.take([{ ...message(0, 0), headers }, message(0, 1)], [])
  expect(found).toEqual(['3', '2', undefined, undefined, undefined, undefined])
})
