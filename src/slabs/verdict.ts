import { HAS_VERDICT, VALUE_IS_OMITTED } from './layout.ts'
import { DEAD_LETTER, reasons } from './outcomes.ts'
import type { Slab } from './slab.ts'

/** What is to become of a record that has been judged: a worker makes it a dead letter without looking at it again. */
export interface Verdict {
  /** Index of the reason. */
  readonly reason: number
  /** The dead letter goes without the value: with it, it was refused too. */
  readonly omitValue: boolean
}

const REFUSED = reasons.indexOf('refused-by-broker')

/**
 * The verdict on a record of which the brokers have refused a row: a dead letter; and where the dead letter itself was
 * refused, one without its value. Undefined if that was refused too, and nothing is left to try.
 */
export function verdictOnRefused(slab: Slab, record: number): Verdict | undefined {
  if (slab.outcome[record] !== DEAD_LETTER) return { reason: REFUSED, omitValue: false }
  if (slab.flags[record] & VALUE_IS_OMITTED) return undefined
  return { reason: slab.detail[record], omitValue: true }
}

/** Marks the record for the worker. Main thread only, before the task. */
export function applyVerdict(slab: Slab, record: number, { reason, omitValue }: Verdict): void {
  slab.flags[record] |= HAS_VERDICT
  slab.detail[record] = reason
  if (!omitValue) return
  slab.flags[record] |= VALUE_IS_OMITTED
  slab.omittedBytes[record] = slab.valueEnd[record] - slab.keyEnd[record]
}
