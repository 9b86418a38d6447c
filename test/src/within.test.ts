import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { within } from '../../src/within.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('what comes in time is the answer, be it a rejection', async () => {
  expect(await within(100, Promise.resolve(7))).toBe(7)
  await expect(within(100, Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(vi.getTimerCount()).toBe(0)
})

test('what takes longer is not waited for', async () => {
  const answer = within(100, new Promise<number>(() => undefined))
  vi.advanceTimersByTime(100)
  expect(await answer).toBeUndefined()
})
