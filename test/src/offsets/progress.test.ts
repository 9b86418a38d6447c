import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PartitionPosition, Progress } from '../../../src/offsets/progress.ts'

const TIMEOUT_MS = 10_000

const usual: PartitionPosition = { name: 'in/0', frontier: 10, stableOffset: 100, endOffset: 100, exempt: false }
const at = (changes: Partial<PartitionPosition> = {}): PartitionPosition => ({ ...usual, ...changes })
const caughtUp = { frontier: 100 }

/** A watch and a clock. */
function watch() {
  const progress = new Progress(TIMEOUT_MS)
  let nowMs = 0
  /** Looks for so long, and answers what it found on the way, if anything. */
  const look = (
    durationMs: number,
    partitions: readonly PartitionPosition[],
    { counts = true, rejoining = false, intervalMs = 250 } = {}
  ) => {
    const found: string[] = []
    for (const endMs = nowMs + durationMs; nowMs < endMs;) {
      nowMs += intervalMs
      const { remedy, stalled, openTransactions } = progress.look(nowMs, partitions, { counts, rejoining })
      if (remedy !== 'none') found.push(`${remedy} ${stalled.join(' ')}`)
      if (openTransactions.length > 0) found.push(`open ${openTransactions.join(' ')}`)
      if (remedy === 'end') break
    }
    return found
  }
  look(250, [])
  return { progress, look }
}

describe('a partition with something to read that stands still', () => {
  const stalled = [
    { why: 'it is behind the last stable offset', position: at() },
    { why: 'not even its end was ever seen', position: at({ frontier: undefined, stableOffset: -1, endOffset: -1 }) },
    { why: 'nothing of it has settled', position: at({ frontier: undefined }) }
  ]
  test.each(stalled)('is cured by a rejoin, and if that changes nothing, the end: $why', ({ position }) => {
    const { progress, look } = watch()
    expect(look(TIMEOUT_MS - 500, [position])).toEqual([])
    expect(progress.live).toBe(true)
    expect(look(750, [position])).toEqual(['rejoin in/0'])
    expect(progress.live).toBe(false)
    look(1000, [], { rejoining: true })
    expect(look(TIMEOUT_MS - 500, [position])).toEqual([])
    expect(look(750, [position])).toEqual(['end in/0'])
  })

  test('is cured if it moves, and may stall again later', () => {
    const { progress, look } = watch()
    expect(look(TIMEOUT_MS + 250, [at()])).toEqual(['rejoin in/0'])
    look(1000, [], { rejoining: true })
    look(1000, [at({ frontier: undefined })])
    expect(progress.live).toBe(false)
    look(250, [at({ frontier: 20 })])
    expect(progress.live).toBe(true)
    expect(look(TIMEOUT_MS + 250, [at({ frontier: 20 })])).toEqual(['rejoin in/0'])
  })

  test('that comes back and is read again from further back has not moved', () => {
    const { look } = watch()
    look(TIMEOUT_MS + 250, [at()])
    look(1000, [], { rejoining: true })
    look(5000, [at({ frontier: 3 })])
    look(5000, [at({ frontier: 9 })])
    expect(look(1000, [at({ frontier: 10 })])).toEqual(['end in/0'])
  })

  test('ends it while others move, if the rejoin was for it', () => {
    const { look } = watch()
    let other = 0
    const both = () => [at(), at({ name: 'in/1', frontier: ++other })]
    const found: string[] = []
    for (let turn = 0; turn < 100; turn++) found.push(...look(250, both()))
    expect(found.slice(0, 2)).toEqual(['rejoin in/0', 'end in/0'])
  })

  test("is somebody else's to judge once it is not ours any more", () => {
    const { progress, look } = watch()
    look(TIMEOUT_MS + 250, [at()])
    look(1000, [], { rejoining: true })
    expect(look(TIMEOUT_MS * 3, [at({ name: 'in/1', ...caughtUp })])).toEqual([])
    expect(progress.live).toBe(true)
    expect(look(TIMEOUT_MS + 250, [at()])).toEqual(['rejoin in/0'])
  })
})

describe('a rejoin that never comes through', () => {
  test('as the group is never left, ends it', () => {
    const { look } = watch()
    look(TIMEOUT_MS + 250, [at()])
    expect(look(TIMEOUT_MS * 2, [at({ exempt: true })], { rejoining: true })).toEqual(['end in/0'])
  })

  test('as nothing is ever assigned again, ends it', () => {
    const { look } = watch()
    look(TIMEOUT_MS + 250, [at()])
    look(1000, [], { rejoining: true })
    expect(look(TIMEOUT_MS * 2, [])).toEqual(['end in/0'])
  })
})

describe('what is no stall', () => {
  const fine = [
    { why: 'all has been read', position: at(caughtUp), how: {} },
    { why: 'it is held, paused or on its way out', position: at({ exempt: true }), how: {} },
    { why: 'no broker can be reached', position: at(), how: { counts: false } },
    { why: 'nobody knows whether there is more', position: at({ stableOffset: -1 }), how: {} }
  ]
  test.each(fine)('$why', ({ position, how }) => {
    expect(watch().look(TIMEOUT_MS * 10, [position], how)).toEqual([])
  })

  test('a process that was itself stopped for an hour', () => {
    const { look } = watch()
    look(5000, [at()])
    expect(look(3_600_000, [at()], { intervalMs: 3_600_000 })).toEqual([])
    expect(look(2000, [at()])).toEqual([])
  })

  test('no partition at all', () => {
    expect(watch().look(TIMEOUT_MS * 10, [])).toEqual([])
  })
})

test('time without brokers is left out, and what came before it still counts', () => {
  const { look } = watch()
  look(TIMEOUT_MS - 1000, [at()])
  look(60_000, [at()], { counts: false })
  expect(look(1250, [at()])).toEqual(['rejoin in/0'])
})

describe('a transaction that somebody left open', () => {
  const waiting = at({ frontier: 50, stableOffset: 50, endOffset: 100 })

  test('is told once in a while and never acted on', () => {
    const { progress, look } = watch()
    expect(look(TIMEOUT_MS + 250, [waiting])).toEqual(['open in/0'])
    expect(look(3_500_000, [waiting])).toEqual([])
    expect(look(200_000, [waiting])).toEqual(['open in/0'])
    expect(progress.live).toBe(true)
  })

  test('is no matter while others come and go', () => {
    const { look } = watch()
    for (let stable = 50; stable < 90; stable++) {
      expect(look(5000, [at({ frontier: stable, stableOffset: stable })])).toEqual([])
    }
  })
})

test('whatever happens, a partition that moves often enough is never found', () => {
  const turn = fc.record({
    forMs: fc.integer({ min: 250, max: TIMEOUT_MS - 1000 }),
    counts: fc.boolean(),
    exempt: fc.boolean(),
    ahead: fc.integer({ min: 0, max: 5 })
  })
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 30 }), turns => {
      const { look } = watch()
      let frontier = 0
      for (const { forMs, counts, exempt, ahead } of turns) {
        frontier++
        const position = at({ frontier, exempt, stableOffset: frontier + ahead, endOffset: frontier + ahead })
        expect(look(forMs, [position], { counts })).toEqual([])
      }
    })
  )
})
