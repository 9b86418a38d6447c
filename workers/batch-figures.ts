import { VALUE_IS_OMITTED } from '../src/slabs/layout.ts'
import { DEAD_LETTER, FILTERED, outcomes, PENDING, reasons } from '../src/slabs/outcomes.ts'
import type { Slab } from '../src/slabs/slab.ts'

/** What became of these records, as members of a JSON object: `,"processed":7,…,"reasons":{…},"rules":{…}`. */
export function outcomeFigures(slab: Slab, from: number, until: number, rules: readonly string[]): string {
  const { outcome, detail } = slab
  const byOutcome = outcomes.map(() => 0)
  const byReason = new Map<string, number>()
  const byRule = new Map<string, number>()
  for (let record = from; record < until; record++) {
    byOutcome[outcome[record]]++
    if (outcome[record] === DEAD_LETTER) increment(byReason, reasons[detail[record]])
    else if (outcome[record] === FILTERED) increment(byRule, rules[detail[record]])
  }
  const totals = outcomes.map((name, code) => (code === PENDING ? '' : `,"${name}":${byOutcome[code]}`))
  return `${totals.join('')},"reasons":${asObject(byReason)},"rules":${asObject(byRule)}`
}

/** Keys, values and headers of these records; those that were left out count, too. */
export function bytesIn({ keyStart, headersEnd, flags, omittedBytes }: Slab, from: number, until: number): number {
  let sum = 0
  for (let record = from; record < until; record++) {
    sum += headersEnd[record] - keyStart[record]
    if (flags[record] & VALUE_IS_OMITTED) sum += omittedBytes[record]
  }
  return sum
}

/** Keys, values and headers of the rows from this one on. */
export function bytesOut({ rowKeyLength, rowValueLength, rowHeadersLength, rows }: Slab, firstRow: number): number {
  let sum = 0
  for (let row = firstRow; row < rows; row++) {
    sum += Math.max(0, rowKeyLength[row]) + Math.max(0, rowValueLength[row]) + rowHeadersLength[row]
  }
  return sum
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function asObject(counts: ReadonlyMap<string, number>): string {
  return JSON.stringify(Object.fromEntries(counts))
}
