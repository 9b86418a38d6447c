import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CommitPolicy } from '../../../src/offsets/commit-policy.ts'

test('a commit is due one interval after the last, and stays due until there is one', () => {
  const policy = new CommitPolicy(1000, 5000)
  expect([5000, 5400, 6000, 9000].map(nowMs => policy.dueInMs(nowMs))).toEqual([1000, 600, 0, 0])
  policy.committed(9000)
  expect([9000, 10_000].map(nowMs => policy.dueInMs(nowMs))).toEqual([1000, 0])
})

test('however often it is asked, there are never two commits within an interval', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.array(fc.nat(100), { maxLength: 200 }), (intervalMs, waits) => {
      const policy = new CommitPolicy(intervalMs, 0)
      let nowMs = 0
      let lastMs = 0
      for (const wait of waits) {
        nowMs += wait
        expect(policy.dueInMs(nowMs) === 0).toBe(nowMs - lastMs >= intervalMs)
        if (policy.dueInMs(nowMs) > 0) continue
        policy.committed(nowMs)
        lastMs = nowMs
      }
    })
  )
})
