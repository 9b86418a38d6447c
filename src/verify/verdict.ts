import { DEAD_LETTER, EXPIRED, FILTERED, outcomes, PROCESSED } from '../slabs/outcomes.ts'
import { Findings } from './findings.ts'
import type { RecordState } from './record-ledger.ts'
import type { LateRow } from './row-order.ts'
import type { Survey } from './survey.ts'
import type { VerifyTask } from './task.ts'
import type { Window } from './window.ts'

const EXPIRED_BIT = 1 << (EXPIRED - 1)
const SETTLED = [PROCESSED, FILTERED, EXPIRED, DEAD_LETTER] as const

/** What has been found, window after window. */
export class Verdict {
  /** In the input. Each is one of `tally`, `differing`, `lost` and, if it has no rows, `unsure`. */
  records = 0
  /** By outcome, as numbered in `slabs/outcomes.ts`. */
  readonly tally: number[] = outcomes.map(() => 0)
  /** Of these, the ones of which nothing is written anywhere: the pipeline said so when it was asked again. */
  readonly traceless: number[] = outcomes.map(() => 0)
  /** Records that have rows and are no longer in the input. */
  gone = 0
  /** Records with rows that are out of order, and the first of these rows. */
  lateRecords = 0
  readonly late: LateRow[] = []
  /** No row, and it should have some. */
  readonly lost: Findings
  /** Not all of its rows. */
  readonly incomplete: Findings
  /** The same rows again. */
  readonly duplicated: Findings
  /** Several outcomes, or other rows when it came again. */
  readonly differing: Findings
  /** What is missing may have been deleted, or be among the rows that do not say where they come from. */
  readonly unsure: Findings
  /** By input: behind the last record of which that is to be said; -1 if there is none. */
  readonly sureFrom: number[]
  readonly #task: VerifyTask

  constructor(task: VerifyTask) {
    this.#task = task
    this.lost = new Findings(task.shown)
    this.incomplete = new Findings(task.shown)
    this.duplicated = new Findings(task.shown)
    this.differing = new Findings(task.shown)
    this.unsure = new Findings(task.shown)
    this.sureFrom = task.inputs.map(() => -1)
  }

  /** Everything of the window has been read. */
  judge({ ledger, order }: Window, survey: Survey): void {
    order.finish()
    ledger.forEach((input, offset, state) => this.#judge(input, offset, state, survey))
    const late = order.late.filter(({ input, offset }) => isOutOfOrder(ledger.stateOf(ledger.indexOf(input, offset))))
    this.late.push(...late.slice(0, this.#task.shown - this.late.length))
  }

  #judge(input: number, offset: number, state: Readonly<RecordState>, survey: Survey): void {
    if (!state.exists) {
      this.gone++
      return
    }
    this.records++
    if (state.rows === 0) this.#judgeRowless(input, offset, state)
    else this.#judgeRows(input, offset, state, survey)
  }

  #judgeRowless(input: number, offset: number, { outcomes, unsure }: Readonly<RecordState>): void {
    const outcome = SETTLED.find(outcome => outcomes === 1 << (outcome - 1))
    if (outcome !== undefined) {
      this.tally[outcome]++
      this.traceless[outcome]++
    } else if (unsure) this.#doubt(input, offset)
    else this.lost.add(this.#task.inputs[input], offset)
  }

  #judgeRows(input: number, offset: number, state: Readonly<RecordState>, survey: Survey): void {
    const partition = this.#task.inputs[input]
    if (isOutOfOrder(state)) this.lateRecords++
    const found = outcomesOf(state.outcomes)
    if (found.length > 1) {
      return this.differing.add(partition, offset, found.map(outcome => outcomes[outcome]).join(' and '))
    }
    if (state.differs) return this.differing.add(partition, offset, 'other rows when it came again')
    this.tally[found[0]]++
    if (state.repeated) this.duplicated.add(partition, offset)
    if (state.seen === state.rows) return
    if (survey.mayHideAny(input, offset)) return this.#doubt(input, offset)
    this.incomplete.add(partition, offset, `${state.seen} of ${state.rows} rows`)
  }

  #doubt(input: number, offset: number): void {
    this.unsure.add(this.#task.inputs[input], offset)
    this.sureFrom[input] = offset + 1
  }
}

/** A record grows too old with time: that it had expired when it came again, or before, is no contradiction. */
function outcomesOf(bits: number): number[] {
  const timeless = bits === EXPIRED_BIT ? bits : bits & ~EXPIRED_BIT
  return SETTLED.filter(outcome => (timeless & (1 << (outcome - 1))) !== 0)
}

/**
 * Where rows of a record stand in several places, which of them was there first depends on the order in which these were
 * read: nothing is said of whether they are in order, as there is worse to say of the record.
 */
function isOutOfOrder({ exists, late, differs, outcomes }: Readonly<RecordState>): boolean {
  return exists && late && !differs && (outcomes & (outcomes - 1)) === 0
}
