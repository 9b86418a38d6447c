import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { Acknowledgements } from '../../../../src/kafka/confluent/acknowledgements.ts'
import type { DeliveryReport } from '../../../../src/kafka/ports.ts'

const ERROR = { code: -192, message: 'timed out' }

function harness() {
  const acknowledgements = new Acknowledgements()
  const told: DeliveryReport[] = []
  const tell = (report: DeliveryReport) => void told.push(report)
  return {
    acknowledgements,
    told,
    add: (partition: number, batch: number) => acknowledgements.add('t', partition, batch),
    acknowledged: (partition: number, id: number) => acknowledgements.acknowledged('t', partition, id, tell),
    failed: (partition: number) => acknowledgements.failed('t', partition, ERROR, tell)
  }
}

describe('Acknowledgements', () => {
  test('rows are told up to the number that was acknowledged, each once, batch by batch', () => {
    const { add, acknowledged, told, acknowledgements } = harness()
    for (const batch of [1, 1, 1, 2, 2, 3]) add(0, batch)
    acknowledged(0, 2)
    acknowledged(0, 2)
    acknowledged(0, 4)
    expect(told).toEqual([
      { batch: 1, rows: 2 },
      { batch: 1, rows: 1 },
      { batch: 2, rows: 1 }
    ])
    expect(acknowledgements.outstanding).toBe(2)
  })

  test('partitions are numbered each by itself', () => {
    const { add, acknowledged, told } = harness()
    add(0, 1)
    add(1, 1)
    acknowledged(1, 1)
    expect(told).toEqual([{ batch: 1, rows: 1 }])
    acknowledged(0, 1)
    expect(told).toHaveLength(2)
  })

  test('a partition without rows of ours says nothing', () => {
    const { acknowledged, told } = harness()
    acknowledged(7, 5)
    expect(told).toEqual([])
  })

  test('an error counts against all that is under way in its partition, and nothing else', () => {
    const { add, acknowledged, failed, told, acknowledgements } = harness()
    for (const batch of [1, 1, 2]) add(0, batch)
    add(1, 3)
    acknowledged(0, 1)
    failed(0)
    expect(told.slice(1)).toEqual([
      { batch: 1, rows: 1, error: ERROR },
      { batch: 2, rows: 1, error: ERROR }
    ])
    add(0, 4)
    acknowledged(0, 3)
    expect(told).toHaveLength(3)
    acknowledged(0, 4)
    acknowledged(1, 1)
    expect(told.slice(3)).toEqual([
      { batch: 4, rows: 1 },
      { batch: 3, rows: 1 }
    ])
    expect(acknowledgements.outstanding).toBe(0)
  })

  test('rows that are handed over while a failure is told are not failed with it', () => {
    const acknowledgements = new Acknowledgements()
    const told: DeliveryReport[] = []
    acknowledgements.add('t', 0, 1)
    acknowledgements.failed('t', 0, ERROR, report => {
      told.push(report)
      acknowledgements.add('t', 0, 2)
    })
    expect(told).toEqual([{ batch: 1, rows: 1, error: ERROR }])
    expect(acknowledgements.outstanding).toBe(1)
  })

  test('a client that acknowledges more than it was given is not believed', () => {
    const { add, acknowledged, told } = harness()
    add(0, 1)
    expect(() => acknowledged(0, 2)).toThrow('t/0: 2 rows are acknowledged, not between 0 and 1')
    expect(told).toEqual([])
  })

  test('a topic that was deleted and created again is noticed, as its numbers begin anew', () => {
    const { add, acknowledged } = harness()
    for (const batch of [1, 1, 1, 2]) add(0, batch)
    acknowledged(0, 3)
    expect(() => acknowledged(0, 1)).toThrow('was the topic created anew?')
  })

  test('given up, every row that was not told has failed, in all partitions', () => {
    const { acknowledgements, add, acknowledged, told } = harness()
    for (const batch of [1, 1, 2]) add(0, batch)
    add(1, 3)
    acknowledged(0, 1)
    acknowledgements.abandoned(ERROR, report => told.push(report))
    expect(told.slice(1)).toEqual([
      { batch: 1, rows: 1, error: ERROR },
      { batch: 2, rows: 1, error: ERROR },
      { batch: 3, rows: 1, error: ERROR }
    ])
    expect(acknowledgements.outstanding).toBe(0)
  })

  test('how long the oldest row has been under way', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { acknowledgements, add, acknowledged, failed } = harness()
    const startMs = performance.now()
    const ages = () => {
      const oldestMs = acknowledgements.oldestMs()
      return oldestMs === undefined ? undefined : oldestMs - startMs
    }
    expect(ages()).toBeUndefined()
    for (const [partition, batch] of [
      [0, 1],
      [1, 2],
      [0, 3]
    ]) {
      add(partition, batch)
      vi.advanceTimersByTime(100)
    }
    expect(ages()).toBe(0)
    acknowledged(0, 1)
    expect(ages()).toBe(100)
    failed(1)
    expect(ages()).toBe(200)
    acknowledged(0, 2)
    expect(ages()).toBeUndefined()
    vi.useRealTimers()
  })

  test('whatever is handed over and acknowledged, each row is told once and never before its time', () => {
    const step = fc.oneof(
      fc.record({ add: fc.nat({ max: 2 }), rows: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ ack: fc.nat({ max: 2 }), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ fail: fc.nat({ max: 2 }) })
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const { acknowledgements, add, acknowledged, failed, told } = harness()
        // By partition: the batch of each row, and how many from the first on have arrived or failed.
        const rows: number[][] = [[], [], []]
        const done = [0, 0, 0]
        const acked = [0, 0, 0]
        let batch = 0
        for (const action of steps) {
          if ('add' in action) {
            batch++
            for (let row = 0; row < action.rows; row++) {
              rows[action.add].push(batch)
              add(action.add, batch)
            }
          } else if ('ack' in action) {
            const id = Math.max(acked[action.ack], Math.floor(rows[action.ack].length * action.share))
            acked[action.ack] = id
            acknowledged(action.ack, id)
            done[action.ack] = Math.max(done[action.ack], id)
          } else {
            failed(action.fail)
            done[action.fail] = rows[action.fail].length
          }
        }
        const expected = new Map<number, number>()
        rows.forEach((batches, partition) =>
          batches.slice(0, done[partition]).forEach(of => expected.set(of, (expected.get(of) ?? 0) + 1))
        )
        const actual = new Map<number, number>()
        for (const report of told) actual.set(report.batch, (actual.get(report.batch) ?? 0) + report.rows)
        expect(actual).toEqual(expected)
        expect(acknowledgements.outstanding).toBe(rows.flat().length - done.reduce((sum, count) => sum + count, 0))
      })
    )
  })
})
