import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addTally, emptyTally, Ledger, tallyOf, type Entry } from '../../../src/offsets/ledger.ts'
import { DEAD_LETTER, EXPIRED, FILTERED, PENDING, PROCESSED } from '../../../src/slabs/outcomes.ts'

/** What a partition looks like if nothing is clever: a list of every offset that was received. */
class NaiveLedger {
  readonly records: { offset: number; settled: boolean }[] = []
  end = 0
  abandoned = 0
  /** What was put between records: the frontier does not pass it before it settles. */
  readonly between: { readonly at: number; settled: boolean }[] = []
}

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('open', 'open', 'settle', 'settle', 'settle', 'split', 'between', 'end', 'abandon'),
    gap: fc.nat(5),
    records: fc.integer({ min: 1, max: 8 }),
    pick: fc.nat()
  }),
  { maxLength: 120 }
)

interface Open {
  entry: Entry
  offsets: number[]
  between?: NaiveLedger['between'][number] | undefined
}

class Run {
  readonly ledger = new Ledger()
  readonly naive = new NaiveLedger()
  open: Open[] = []
  /** Set once it has been abandoned: where the frontier stood. */
  stuckAt: { readonly frontier: number | undefined } | undefined

  step({ kind, gap, records, pick }: { kind: string; gap: number; records: number; pick: number }): void {
    if (this.stuckAt !== undefined) {
      if (kind === 'end') expect(this.ledger.reachedEnd(this.naive.end + gap)).toBe(false)
      return
    }
    const chosen = this.open[pick % Math.max(1, this.open.length)]
    if (kind === 'open') this.#open(gap, records)
    else if (kind === 'end') this.#end(gap)
    else if (kind === 'abandon' && pick % 5 === 0) this.#abandon()
    else if (kind === 'settle' && chosen !== undefined) this.#settle(chosen)
    else if (kind === 'between') this.#between(chosen)
    else if (kind === 'split' && chosen?.offsets.length > 1) this.#split(chosen, pick)
  }

  /** Offsets with gaps between them, as compaction and transactions leave them. */
  #open(gap: number, records: number): void {
    const first = this.naive.end + gap
    const offsets = Array.from({ length: records }, (_, index) => first + index * (1 + (gap % 3)))
    this.naive.records.push(...offsets.map(offset => ({ offset, settled: false })))
    this.naive.end = (offsets.at(-1) as number) + 1
    this.open.push({ entry: this.ledger.open(first, this.naive.end, records), offsets })
  }

  #end(gap: number): void {
    this.naive.end += gap
    this.ledger.reachedEnd(this.naive.end)
  }

  #abandon(): void {
    this.stuckAt = { frontier: this.ledger.frontier }
    this.ledger.abandon()
    this.naive.abandoned = this.naive.records.filter(({ settled }) => !settled).length
  }

  /** Nothing stands between the beginning and its first record. */
  #between(before: Open | undefined): void {
    if (before === undefined && this.ledger.frontier === undefined) return
    const entry = this.ledger.openBetween(before?.entry, 0)
    this.naive.between.push({ at: entry.nextOffset, settled: false })
    this.open.push({ entry, offsets: [], between: this.naive.between.at(-1) })
  }

  #settle(chosen: Open): void {
    if (chosen.between !== undefined) chosen.between.settled = true
    const before = this.ledger.frontier
    const moved = this.ledger.settle(chosen.entry, { ...emptyTally(), processed: chosen.offsets.length })
    for (const record of this.naive.records) if (chosen.offsets.includes(record.offset)) record.settled = true
    this.open = this.open.filter(open => open !== chosen)
    expect(moved || this.ledger.frontier === before).toBe(true)
  }

  #split(chosen: Open, pick: number): void {
    const at = 1 + (pick % (chosen.offsets.length - 1))
    const rest = chosen.offsets.splice(at)
    const entry = this.ledger.split(chosen.entry, at, (chosen.offsets.at(-1) as number) + 1)
    this.open.push({ entry, offsets: rest })
  }

  check(frontierBefore: number | undefined): void {
    const { consumed, tally, abandoned, inFlight, frontier } = this.ledger
    expect(consumed).toBe(this.naive.records.length)
    expect(consumed).toBe(tally.processed + abandoned + inFlight)
    expect(abandoned).toBe(this.naive.abandoned)
    if (frontierBefore !== undefined) expect(frontier).toBeGreaterThanOrEqual(frontierBefore)
    if (this.stuckAt !== undefined) return expect(frontier).toBe(this.stuckAt.frontier)
    if (frontier === undefined) return
    for (const { offset, settled } of this.naive.records) if (!settled) expect(offset).toBeGreaterThanOrEqual(frontier)
    for (const { at, settled } of this.naive.between) if (!settled) expect(frontier).toBeLessThanOrEqual(at)
    expect(this.ledger.busy).toBe(this.open.length > 0)
    if (this.open.length === 0) expect(frontier).toBe(this.naive.end)
  }
}

describe('Ledger', () => {
  test('agrees with a list of every record, whatever settles, splits, ends or is abandoned in whatever order', () => {
    fc.assert(
      fc.property(steps, steps => {
        const run = new Run()
        for (const step of steps) {
          const before = run.ledger.frontier
          run.step(step)
          run.check(before)
        }
      }),
      { numRuns: 500 }
    )
  })

  test('knows no frontier until something has settled or the end was seen', () => {
    const ledger = new Ledger()
    expect(ledger.frontier).toBeUndefined()
    const entry = ledger.open(5, 10, 5)
    expect(ledger.frontier).toBeUndefined()
    ledger.settle(entry, emptyTally())
    expect(ledger.frontier).toBe(10)
  })

  test('the end of an empty partition is its frontier', () => {
    const ledger = new Ledger()
    expect(ledger.reachedEnd(42)).toBe(true)
    expect([ledger.frontier, ledger.reachedEnd(42)]).toEqual([42, false])
  })

  test('the end seen behind a batch counts once the batch has settled', () => {
    const ledger = new Ledger()
    const entry = ledger.open(0, 3, 3)
    expect(ledger.reachedEnd(5)).toBe(false)
    expect(ledger.settle(entry, emptyTally())).toBe(true)
    expect(ledger.frontier).toBe(5)
  })

  test('refuses offsets that go back, also behind an end that was seen', () => {
    const ledger = new Ledger()
    ledger.open(0, 10, 10)
    expect(() => ledger.open(9, 12, 3)).toThrow(RangeError)
    expect(() => ledger.open(12, 12, 1)).toThrow(RangeError)
    ledger.reachedEnd(20)
    expect(() => ledger.open(15, 18, 3)).toThrow(RangeError)
    ledger.open(20, 21, 1)
  })

  test('refuses to settle a batch twice, or one that was abandoned', () => {
    const ledger = new Ledger()
    const [first, second] = [ledger.open(0, 1, 1), ledger.open(1, 2, 1)]
    ledger.settle(first, emptyTally())
    expect(() => ledger.settle(first, emptyTally())).toThrow(RangeError)
    ledger.abandon()
    expect(() => ledger.settle(second, emptyTally())).toThrow(RangeError)
  })

  test('refuses to split off nothing or everything', () => {
    const ledger = new Ledger()
    const entry = ledger.open(0, 4, 4)
    expect(() => ledger.split(entry, 0, 0)).toThrow(RangeError)
    expect(() => ledger.split(entry, 4, 4)).toThrow(RangeError)
  })

  test('an entry may be split after it was abandoned, as its worker may come back then', () => {
    const ledger = new Ledger()
    const entry = ledger.open(0, 4, 4)
    ledger.abandon()
    expect(ledger.split(entry, 1, 1)).toEqual({ records: 3, nextOffset: 4, settled: true })
    expect([ledger.consumed, ledger.abandoned, ledger.inFlight]).toEqual([4, 4, 0])
  })
})

describe('Tally', () => {
  test('counts each outcome within its bounds, and what has none nowhere', () => {
    const outcomes = Uint8Array.of(PROCESSED, PROCESSED, FILTERED, EXPIRED, DEAD_LETTER, PENDING, PROCESSED)
    expect(tallyOf(outcomes, 1, 6)).toEqual({ processed: 1, filtered: 1, expired: 1, deadLetter: 1 })
  })

  test('tallies add up', () => {
    const sum = { processed: 1, filtered: 2, expired: 3, deadLetter: 4 }
    addTally(sum, sum)
    expect(sum).toEqual({ processed: 2, filtered: 4, expired: 6, deadLetter: 8 })
  })
})
