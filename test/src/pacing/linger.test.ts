import { expect, test } from 'vitest'
import { Linger } from '../../../src/pacing/linger.ts'

test('rows wait for the pause behind those before them, unless they hold a quarter of the slabs', () => {
  const linger = new Linger(20, 8)
  expect(linger.dueMs(1)).toBe(-Infinity)
  linger.handedOver(1_000_000, 100)
  expect([0, 1, 2, 8].map(slabs => linger.dueMs(slabs))).toEqual([120, 120, -Infinity, -Infinity])
})

test('with so few slabs that one is a quarter of them, nothing waits', () => {
  const linger = new Linger(20, 4)
  linger.handedOver(1_000_000, 100)
  expect(linger.dueMs(1)).toBe(-Infinity)
})
