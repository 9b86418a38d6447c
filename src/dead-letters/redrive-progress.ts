import type { DeadLetter } from './dead-letter.ts'
import { covers, type RedriveTerms, takes } from './redrive-terms.ts'

/** A range of a partition from which redrives took all that their terms take. */
export interface Pass {
  readonly from: number
  readonly to: number
  readonly terms: RedriveTerms
}

/** What a group's progress is kept as, the offset and what stands beside it. */
export interface StoredProgress {
  readonly offset: number
  readonly metadata: string
}

/** Kafka keeps 4,096 bytes beside an offset. */
const METADATA_BYTES = 4096
/** Kept free for a redrive without a filter. */
const RESERVED_BYTES = 512
/** So many offsets of what was left are remembered. */
const MAX_LEFT = 100
const EVERYTHING: RedriveTerms = { filter: {} }

/**
 * What has been redriven of one partition of the dead-letter topic, so that nothing is ever redriven twice and nothing
 * forgotten, though each redrive may ask for other dead letters. An offset alone could not say that: behind one that only
 * took what was `invalid` there is more to be taken. So the terms of each redrive are kept with the range that it came
 * through, and a dead letter is done if it lies in a range and the terms take it. What they took and the brokers refused
 * is kept by its offset.
 */
export class RedriveProgress {
  readonly #begin: number
  readonly #passes: readonly Pass[]
  readonly #left: ReadonlySet<number>

  private constructor(begin: number, passes: readonly Pass[], left: Iterable<number>) {
    this.#begin = begin
    this.#passes = passes.filter(({ from, to }) => to > Math.max(from, begin))
    this.#left = new Set([...left].filter(offset => offset >= begin))
  }

  /**
   * What was committed, in a partition whose first offset is `begin`. An offset without our metadata, which another tool
   * has set, means: done to there.
   */
  static read({ offset, metadata }: StoredProgress, begin: number): RedriveProgress {
    const stored = parse(metadata)
    if (stored !== undefined) return new RedriveProgress(begin, stored.passes, stored.left)
    return new RedriveProgress(begin, [{ from: begin, to: offset, terms: EVERYTHING }], [])
  }

  /** The first offset at which there may be something left to take. */
  start(terms: RedriveTerms): number {
    let start = this.#begin
    for (;;) {
      const pass = this.#passes.find(
        ({ from, to, terms: taken }) => from <= start && start < to && covers(taken, terms)
      )
      if (pass === undefined) return Math.min(start, ...this.#left)
      start = pass.to
    }
  }

  isDone(deadLetter: DeadLetter, group: string): boolean {
    const { offset } = deadLetter.record
    if (this.#left.has(offset)) return false
    return this.#passes.some(({ from, to, terms }) => from <= offset && offset < to && takes(terms, deadLetter, group))
  }

  /** A redrive has come through `from` to before `to`. Of what it should have taken it left `left`, and took `taken`. */
  advanced(
    { from, to, terms }: Pass,
    { left, taken }: { readonly left: readonly number[]; readonly taken: readonly number[] }
  ): RedriveProgress {
    const stillLeft = new Set([...this.#left, ...left])
    for (const offset of taken) stillLeft.delete(offset)
    return new RedriveProgress(this.#begin, merged(this.#passes, { from, to, terms }), stillLeft)
  }

  /** Too many dead letters have been left to remember more of them. */
  get isFull(): boolean {
    return this.#left.size >= MAX_LEFT
  }

  /** The offset below which nothing is left, whatever one asks for; for tools that show a group's lag. */
  get offset(): number {
    let offset = this.#begin
    for (;;) {
      const pass = this.#passes.find(
        ({ from, to, terms }) => from <= offset && offset < to && isUnfiltered(terms) && terms.inputs === undefined
      )
      if (pass === undefined) return Math.min(offset, ...this.#left)
      offset = pass.to
    }
  }

  write(): StoredProgress {
    const left = [...this.#left].toSorted((a, b) => a - b)
    return { offset: this.offset, metadata: JSON.stringify({ passes: this.#passes, left }) }
  }

  /**
   * Whether a redrive on these terms, up to the offset `end`, could be remembered too, wherever it is stopped and whatever
   * it leaves. For one without a filter there is always room: at its end it lets those before it be forgotten.
   */
  hasRoomFor(terms: RedriveTerms, end: number): boolean {
    const others = this.#passes.filter(pass => !isSame(pass.terms, terms))
    const left = Array.from({ length: MAX_LEFT }, () => end)
    const metadata = JSON.stringify({ passes: [...others, { from: end, to: end, terms }], left })
    return Buffer.byteLength(metadata) <= METADATA_BYTES - (isUnfiltered(terms) ? 0 : RESERVED_BYTES)
  }
}

/** Passes on the same terms that touch become one; those that say nothing that another one does not are left out. */
function merged(passes: readonly Pass[], added: Pass): Pass[] {
  let pass = added
  let others = passes
  for (;;) {
    const near = others.find(other => isSame(other.terms, pass.terms) && other.from <= pass.to && pass.from <= other.to)
    if (near === undefined) break
    others = others.filter(other => other !== near)
    pass = { from: Math.min(near.from, pass.from), to: Math.max(near.to, pass.to), terms: pass.terms }
  }
  if (others.some(other => says(other, pass))) return [...others]
  return [...others.filter(other => !says(pass, other)), pass]
}

function says(all: Pass, part: Pass): boolean {
  return all.from <= part.from && part.to <= all.to && covers(all.terms, part.terms)
}

function isSame(one: RedriveTerms, other: RedriveTerms): boolean {
  return covers(one, other) && covers(other, one)
}

function isUnfiltered({ filter }: RedriveTerms): boolean {
  return Object.keys(filter).every(key => key === 'groups')
}

function parse(metadata: string): { passes: Pass[]; left: number[] } | undefined {
  if (!metadata.startsWith('{"passes":')) return undefined
  return JSON.parse(metadata) as { passes: Pass[]; left: number[] }
}
