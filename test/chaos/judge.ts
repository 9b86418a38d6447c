import { checkCommits } from './check-commits.ts'
import { checkLag, checkLedgers, checkProcessors } from './check-processors.ts'
import { checkRepeats } from './check-repeats.ts'
import { checkFaults, checkInput, checkOrder, checkRows } from './check-rows.ts'
import type { Evidence } from './evidence.ts'
import type { Verdict } from './verdict.ts'

/** Judges a run. Pure: everything that it knows is the evidence. */
export function judge(evidence: Evidence): Verdict[] {
  return [
    checkInput(evidence),
    checkFaults(evidence),
    ...checkRows(evidence),
    ...checkOrder(evidence),
    ...checkRepeats(evidence).verdicts,
    checkCommits(evidence),
    ...checkProcessors(evidence),
    checkLedgers(evidence),
    checkLag(evidence)
  ]
}
