import { expect, test } from 'vitest'
import { Turns } from '../../../src/offsets/turns.ts'
import { settled } from '../../fixtures/stages.ts'

test('one has the turn at a time, and the lowest of those that wait is next', async () => {
  const turns = new Turns()
  const order: number[] = []
  for (const rank of [5, 9, 3, 7]) void turns.take(rank).then(() => order.push(rank))
  await settled()
  expect(order).toEqual([5])
  expect(turns.pass()).toBe(true)
  void turns.take(1).then(() => order.push(1))
  for (let pass = 0; pass < 3; pass++) turns.pass()
  await settled()
  expect(order).toEqual([5, 3, 1, 7, 9])
  expect(turns.pass()).toBe(false)
  void turns.take(8).then(() => order.push(8))
  await settled()
  expect(order.at(-1)).toBe(8)
})
