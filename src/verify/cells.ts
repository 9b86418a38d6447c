import type { OffsetRange } from '../kafka/range-reader.ts'

/** So many cells at least, so that a window can be halved a few times where its records have many rows. */
const CELLS = 256
/** More would make the index of where their rows lie large. */
const CELLS_AT_MOST = 4096
/** Cells of a window, where there are several windows. */
const CELLS_A_WINDOW = 8

/**
 * The ranges of all input partitions, cut alike: cell 3 is the fourth `step` offsets of each of them. What is judged at
 * one time is a window, some cells that follow one another, so that all partitions advance together.
 */
export class Cells {
  readonly count: number
  readonly #ranges: readonly OffsetRange[]
  readonly #step: number
  /** The offsets of all ranges in the cells before each one. */
  readonly #before: number[] = [0]

  /** `positionsAtOnce`: how many offsets, of all partitions together, a window may have. */
  constructor(ranges: readonly OffsetRange[], positionsAtOnce: number) {
    const longest = Math.max(1, ...ranges.map(({ from, to }) => to - from))
    const wanted = Math.ceil((sizeOf(ranges) / positionsAtOnce) * CELLS_A_WINDOW)
    this.#ranges = ranges
    this.#step = Math.ceil(longest / Math.min(CELLS_AT_MOST, Math.max(CELLS, wanted)))
    this.count = Math.ceil(longest / this.#step)
    for (let cell = 0; cell < this.count; cell++)
      this.#before.push(this.#before[cell] + sizeOf(this.slices(cell, cell + 1)))
  }

  /** The cell that an offset of a range lies in; -1 before the range, `count` behind it. */
  of(range: number, offset: number): number {
    const { from, to } = this.#ranges[range]
    if (offset < from) return -1
    return offset >= to ? this.count : Math.floor((offset - from) / this.#step)
  }

  /** What the cells from `first` to before `end` are of each range; empty where it is shorter. */
  slices(first: number, end: number): OffsetRange[] {
    return this.#ranges.map(({ topic, partition, from, to }) => ({
      topic,
      partition,
      from: Math.min(to, from + first * this.#step),
      to: Math.min(to, from + end * this.#step)
    }))
  }

  /** The cell before which a window ends that begins with `first`. It has one cell at least. */
  windowEnd(first: number, positionsAtOnce: number): number {
    let end = first + 1
    while (end < this.count && this.sizeOf(first, end + 1) <= positionsAtOnce) end++
    return end
  }

  /** How many offsets the cells from `first` to before `end` have, of all ranges together. */
  sizeOf(first: number, end: number): number {
    return this.#before[end] - this.#before[first]
  }

  /** How many windows there are from `first` on. */
  windowsFrom(first: number, positionsAtOnce: number): number {
    let windows = 0
    for (let next = first; next < this.count; next = this.windowEnd(next, positionsAtOnce)) windows++
    return windows
  }
}

/** How many offsets there are in the ranges. */
export function sizeOf(ranges: readonly OffsetRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0)
}
