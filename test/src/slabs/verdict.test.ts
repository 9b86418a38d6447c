import { expect, test } from 'vitest'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { HAS_VERDICT, VALUE_IS_OMITTED } from '../../../src/slabs/layout.ts'
import { DEAD_LETTER, PROCESSED, reasons } from '../../../src/slabs/outcomes.ts'
import { applyVerdict, verdictOnRefused } from '../../../src/slabs/verdict.ts'
import { assigned, taskOf } from '../../fixtures/stages.ts'

const REFUSED = reasons.indexOf('refused-by-broker')
const INVALID = reasons.indexOf('invalid')

function slabWith(outcome: number, detail: number) {
  const { slab } = taskOf([[assigned(new Assignments(), 1)[0], 3]])
  slab.outcome[1] = outcome
  slab.detail[1] = detail
  return slab
}

test('a result that was refused makes its record a dead letter', () => {
  expect(verdictOnRefused(slabWith(PROCESSED, 0), 1)).toEqual({ reason: REFUSED, omitValue: false })
})

test('a dead letter that was refused keeps its reason and goes without its value; after that there is no more to try', () => {
  const slab = slabWith(DEAD_LETTER, INVALID)
  const verdict = verdictOnRefused(slab, 1)
  expect(verdict).toEqual({ reason: INVALID, omitValue: true })
  applyVerdict(slab, 1, verdict!)
  expect(verdictOnRefused(slab, 1)).toBeUndefined()
})

test('a record that is judged is marked for the worker, and no other is', () => {
  const slab = slabWith(PROCESSED, 0)
  applyVerdict(slab, 1, { reason: REFUSED, omitValue: false })
  expect(Array.from(slab.flags.slice(0, 3), flags => flags & HAS_VERDICT)).toEqual([0, HAS_VERDICT, 0])
  expect([slab.detail[1], slab.flags[1] & VALUE_IS_OMITTED]).toEqual([REFUSED, 0])
  applyVerdict(slab, 1, { reason: REFUSED, omitValue: true })
  expect(slab.flags[1] & VALUE_IS_OMITTED).toBeTruthy()
  expect(slab.omittedBytes[1]).toBe(slab.valueEnd[1] - slab.keyEnd[1])
})
