import { expect, test } from 'vitest'
import { Pace } from '../../../src/dead-letters/pace.ts'

/** A clock on which waiting takes its time at once. */
class Clock {
  ms = 1000
  nowMs = () => this.ms
  wait = async (waitMs: number) => void (this.ms += waitMs)
}

const never = new AbortController().signal

test('no more go out than the rate allows, whatever the chunks', async () => {
  const clock = new Clock()
  const pace = new Pace(100, clock)
  let sent = 0
  for (const records of [100, 30, 0, 70, 1, 99, 100]) {
    expect(await pace.take(records, never)).toBe(true)
    // The first chunk goes at once, and each later one when those before it have had their time.
    if (records > 0) expect(sent).toBeLessThanOrEqual(((clock.ms - 1000) * 100) / 1000)
    sent += records
  }
  expect(clock.ms - 1000).toBe(3000)
})

test('time that went by unused allows no burst', async () => {
  const clock = new Clock()
  const pace = new Pace(10, clock)
  await pace.take(10, never)
  clock.ms += 60_000
  await pace.take(10, never)
  const before = clock.ms
  await pace.take(10, never)
  expect(clock.ms - before).toBe(1000)
})

test('a chunk is at most what may go out in a second, and without a rate nothing waits', async () => {
  const clock = new Clock()
  expect(new Pace(7, clock).chunk).toBe(7)
  const pace = new Pace(0, clock)
  expect(pace.chunk).toBe(Infinity)
  for (let chunk = 0; chunk < 5; chunk++) await pace.take(500, never)
  expect(clock.ms).toBe(1000)
})

test('one that is stopped while it waits lets nothing out', async () => {
  const pace = new Pace(1)
  const stop = new AbortController()
  expect(await pace.take(1000, stop.signal)).toBe(true)
  const waiting = pace.take(1, stop.signal)
  stop.abort()
  expect(await waiting).toBe(false)
})
