import { expect, test } from 'vitest'
import { DeadLetterTally } from '../../../src/dead-letters/tally.ts'
import { deadLetterOf } from '../../fixtures/dead-letters.ts'

const HOUR_MS = 3_600_000

function tallied(keep: number, timestampsMs: readonly number[]) {
  const tally = new DeadLetterTally(keep)
  timestampsMs.forEach((timestampMs, offset) => {
    tally.add(deadLetterOf({ timestampMs, position: { topic: 'dlq', partition: 0, offset } }))
  })
  return tally
}

test('counts by what one asks of dead letters', () => {
  const tally = new DeadLetterTally(0)
  tally.add(deadLetterOf({ reason: 'invalid', timestampMs: HOUR_MS }))
  tally.add(deadLetterOf({ reason: 'not-json', timestampMs: 2 * HOUR_MS - 1, group: 'others' }))
  tally.add(
    deadLetterOf({ reason: 'invalid', timestampMs: 2 * HOUR_MS, source: { topic: 'a', partition: 0, offset: 1 } })
  )
  expect(tally).toMatchObject({
    total: 3,
    byReason: new Map([
      ['invalid', 2],
      ['not-json', 1]
    ]),
    bySource: new Map([
      ['input/1', 2],
      ['a/0', 1]
    ]),
    byGroup: new Map([
      ['logins', 2],
      ['others', 1]
    ]),
    byHour: new Map([
      [HOUR_MS, 2],
      [2 * HOUR_MS, 1]
    ]),
    byAttempts: new Map([[0, 3]])
  })
  expect(tally.last()).toEqual([])
})

test('keeps the last ones by their time, however they come, oldest first', () => {
  const timesMs = Array.from({ length: 100 }, (_, index) => (index * 37) % 100)
  const kept = tallied(5, timesMs).last()
  expect(kept.map(({ timestampMs }) => timestampMs)).toEqual([95, 96, 97, 98, 99])
})

test('at one time they are in the order of their places', () => {
  expect(
    tallied(2, [7, 7, 7])
      .last()
      .map(({ position }) => position.offset)
  ).toEqual([1, 2])
})

test('what it keeps holds nothing of the record', () => {
  expect(JSON.stringify(tallied(1, [7]).last())).not.toMatch(/key|value/)
})
