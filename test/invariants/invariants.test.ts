import { describe, expect, test } from 'vitest'
import { expectBoundedDuplicates } from './duplicates.ts'
import { firstsOf } from './firsts.ts'
import { expectNoLoss } from './no-loss.ts'
import { expectOrder } from './order.ts'
import { type ConsumedRow, sourceHeader, sourceOf, type SourcePosition } from './source.ts'

const at = (offset: number, partition = 0, topic = 'in'): SourcePosition => ({ topic, partition, offset })
const row = (source: SourcePosition, partition = 0, topic = 'out'): ConsumedRow => ({ topic, partition, source })
const rowsAt = (...offsets: number[]) => offsets.map(offset => row(at(offset)))

describe('expectNoLoss', () => {
  test('passes if every input came out, in whatever topic and however often', () => {
    expectNoLoss([row(at(1), 3, 'dead'), ...rowsAt(0, 0)], [at(0), at(1)])
  })

  test('fails if one is missing', () => {
    expect(() => expectNoLoss(rowsAt(0, 2), [at(0), at(1), at(2)])).toThrow('1 records lost: in/0@1')
  })

  test('tells equal offsets of other partitions and topics apart', () => {
    expect(() => expectNoLoss([row(at(0))], [at(0), at(0, 1)])).toThrow('in/1@0')
    expect(() => expectNoLoss([row(at(0))], [at(0), at(0, 0, 'other')])).toThrow('other/0@0')
  })

  test('fails if something came out that was never put in', () => {
    expect(() => expectNoLoss(rowsAt(0, 7), [at(0)])).toThrow('1 records from nowhere: in/0@7')
  })

  test('names a few of many', () => {
    const inputs = Array.from({ length: 9 }, (_, offset) => at(offset))
    expect(() => expectNoLoss([], inputs)).toThrow('9 records lost: in/0@0, in/0@1, in/0@2, in/0@3, in/0@4, …')
  })
})

describe('expectOrder', () => {
  test('passes rows in input order, with gaps and with several rows of a record', () => {
    expectOrder(rowsAt(0, 0, 1, 5, 5, 9))
  })

  test('fails if one row comes too late', () => {
    expect(() => expectOrder(rowsAt(0, 2, 1))).toThrow('in/0 in out/0: in/0@1 comes after in/0@2')
  })

  test('lets the rows of other input partitions, and of other output partitions, be where they are', () => {
    expectOrder([row(at(5)), row(at(1, 1)), row(at(6)), row(at(2), 1), row(at(2), 0, 'dead')])
  })

  test('allows as many replays as were asked for, and not one more', () => {
    const replayed = rowsAt(0, 1, 2, 1, 2, 3, 0, 1)
    expectOrder(replayed, { replays: 2 })
    expect(() => expectOrder(replayed, { replays: 1 })).toThrow('in/0@0 comes after in/0@3')
    expect(() => expectOrder(replayed)).toThrow('in/0@1 comes after in/0@2')
  })
})

describe('expectBoundedDuplicates', () => {
  test('passes if nothing is repeated, or no more than may be', () => {
    expectBoundedDuplicates(rowsAt(0, 1, 2), 0)
    expectBoundedDuplicates(rowsAt(0, 1, 1, 0), 2)
  })

  test('fails if more is repeated', () => {
    expect(() => expectBoundedDuplicates(rowsAt(0, 1, 1, 0), 1)).toThrow(
      '2 rows repeated, at most 1 may be: in/0@1 in out'
    )
    expect(() => expectBoundedDuplicates([row(at(0)), row(at(0), 5)], 0)).toThrow('in/0@0')
  })

  test('a record may have a row in each of two topics', () => {
    expectBoundedDuplicates([row(at(0)), row(at(0), 0, 'metrics')], 0)
  })
})

describe('firstsOf', () => {
  test('leaves repeats out, so that a replay is in order and a row that comes too early is not', () => {
    expectOrder(firstsOf(rowsAt(0, 1, 2, 1, 2, 3)))
    expect(() => expectOrder(firstsOf(rowsAt(0, 2, 1, 2, 3)))).toThrow('in/0@1 comes after in/0@2')
    expect(firstsOf([row(at(0)), row(at(0), 0, 'dead')])).toHaveLength(2)
  })
})

describe('the source header', () => {
  test('names where a record came from', () => {
    const position = at(Number.MAX_SAFE_INTEGER, 9, 'a.topic')
    expect(sourceOf([{ name: 'other', value: Buffer.from('x') }, sourceHeader(position)])).toEqual(position)
  })

  test('that is missing is a fault, not a record from nowhere', () => {
    expect(() => sourceOf([])).toThrow('without the header')
  })
})
