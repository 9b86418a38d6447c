/*
 * When to learn and when to look, counted in records and not in time, so that the same records always have the same
 * templates. Traffic without layouts that come again costs next to nothing.
 */

const MAX_GAP = 4096

/** Every attempt to learn doubles the number of misses up to the next one, until a template has proved itself. */
export class LearningPace {
  #gap = 1
  #misses = 0

  /** Counts a record that no template matched; answers whether to learn from it. */
  missed(): boolean {
    if (++this.#misses < this.#gap) return false
    this.#misses = 0
    this.#gap = Math.min(this.#gap * 2, MAX_GAP)
    return true
  }

  /** What was learned is of use. */
  proved(): void {
    this.#gap = 1
  }
}

const FULL_CREDIT = 64
/** A match saves more than a miss costs, unless texts differ only near their ends. */
const MATCH_CREDIT = 2
const REST_RECORDS = 15

/** Where most records match no template, only every 16th is tried. */
export class MatchingPace {
  #credit = FULL_CREDIT
  #rest = 0

  /** Called for each record: whether it is to be tried. */
  next(): boolean {
    if (this.#rest === 0) return true
    this.#rest--
    return false
  }

  matched(): void {
    if (this.#credit < FULL_CREDIT) this.#credit += MATCH_CREDIT
  }

  missed(): void {
    if (this.#credit > 0) this.#credit--
    else this.#rest = REST_RECORDS
  }

  /** There is something new to match. */
  refresh(): void {
    this.#credit = FULL_CREDIT
    this.#rest = 0
  }
}
