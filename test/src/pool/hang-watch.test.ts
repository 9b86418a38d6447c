import { describe, expect, test } from 'vitest'
import { HangWatch, type Standing } from '../../../src/pool/hang-watch.ts'

const DEADLINE_MS = 2000

const at = (cursor: number, { owner = 5, task = 1 } = {}): Standing => ({ owner, task, cursor })

/** Looks every so often at one slab that stands still; answers the look at which it is found to hang, -1 if it is not. */
function foundAt(looksMs: Iterable<number>, standingAt: (look: number) => Standing | undefined): number {
  const watch = new HangWatch<string>(DEADLINE_MS)
  let look = 0
  for (const nowMs of looksMs) {
    const standing = standingAt(look)
    if (watch.look(nowMs, standing === undefined ? [] : [['slab', standing]]).length > 0) return look
    look++
  }
  return -1
}

const every = (intervalMs: number, looks: number) => Array.from({ length: looks }, (_, look) => 7 + look * intervalMs)

describe('HangWatch', () => {
  test('finds a worker that has stood at one record for the deadline, and not a look earlier', () => {
    expect(foundAt(every(100, 50), () => at(3))).toBe(20)
    expect(foundAt(every(500, 50), () => at(3))).toBe(4)
  })

  test('the time begins when the record is first seen', () => {
    expect(foundAt(every(100, 50), look => at(look < 15 ? 2 : 3))).toBe(35)
  })

  test.each([
    ['a record', (look: number) => at(look)],
    ['a task, at the same record', (look: number) => at(1, { task: look })],
    ['a thread, at the same record', (look: number) => at(1, { owner: look + 1 })]
  ])('who moves on by %s each second never hangs', (_, standingOf) => {
    expect(foundAt(every(100, 500), look => standingOf(Math.floor(look / 10)))).toBe(-1)
  })

  test('what waits for a thread does not hang', () => {
    expect(foundAt(every(100, 500), () => at(0, { owner: 0 }))).toBe(-1)
  })

  test('a worker that has run the last record and does not say so hangs, too', () => {
    expect(foundAt(every(100, 50), () => at(3, { owner: -5 }))).toBe(20)
  })

  test('time in which nobody looked counts for nothing, however often it happens', () => {
    expect(foundAt(every(501, 1000), () => at(3))).toBe(-1)
    expect(foundAt([...every(100, 10), 60_000, 60_100, 60_200], () => at(3))).toBe(-1)
    const stopped = [...every(100, 11), ...every(100, 30).map(ms => ms + 3_600_000)]
    expect(foundAt(stopped, () => at(3))).toBe(21)
  })

  test('what is gone for a look begins anew', () => {
    expect(foundAt(every(100, 100), look => (look === 19 ? undefined : at(3)))).toBe(40)
  })

  test('tells one from another, and again until it is gone', () => {
    const watch = new HangWatch<string>(200)
    const look = (nowMs: number, b: number) =>
      watch.look(nowMs, [
        ['a', at(1)],
        ['b', at(b)]
      ])
    expect([look(0, 1), look(100, 2), look(200, 3), look(300, 3), look(400, 3)]).toEqual([
      [],
      [],
      ['a'],
      ['a'],
      ['a', 'b']
    ])
  })
})
