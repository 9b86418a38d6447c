import { expect, test } from 'vitest'
import { PendingAssignments } from '../../../src/offsets/pending-assignments.ts'
import { partitions } from '../../fixtures/rebalance.ts'
import { settled } from '../../fixtures/stages.ts'

const TIMEOUT_MS = 5000
const never = new Promise<void>(() => undefined)

test('what is ready is due, and nothing before', async () => {
  const pending = new PendingAssignments(TIMEOUT_MS)
  const { promise, resolve } = Promise.withResolvers<void>()
  pending.add(partitions(0), 0, promise)
  pending.add(partitions(1), 0, never)
  expect(pending.due(1)).toEqual([])
  resolve()
  await settled()
  expect([pending.due(2), pending.due(3), pending.size]).toEqual([[partitions(0)], [], 1])
})

test('what has waited long enough is due, too', () => {
  const pending = new PendingAssignments(TIMEOUT_MS)
  pending.add(partitions(0, 1), 100, never)
  expect([pending.due(100 + TIMEOUT_MS - 1), pending.due(100 + TIMEOUT_MS)]).toEqual([[], [partitions(0, 1)]])
})

test('what is taken back meanwhile is not assigned any more, and nobody waits for it', async () => {
  const pending = new PendingAssignments(TIMEOUT_MS)
  pending.add(partitions(0, 1), 0, Promise.resolve())
  pending.add(partitions(2), 0, Promise.resolve())
  expect(pending.withdraw(partitions(1, 2, 3))).toEqual(partitions(1, 2))
  expect([pending.size, pending.has(partitions(0)[0]), pending.has(partitions(1)[0])]).toEqual([1, true, false])
  await settled()
  expect([pending.due(1), pending.size]).toEqual([[partitions(0)], 0])
})
