import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { naiveVerify } from '../../fixtures/naive-verify.ts'
import { found, NOTHING } from '../../fixtures/verify-found.ts'
import {
  CLEANED,
  DLQ,
  logsOf,
  mixed,
  plannedInputs,
  type PlannedRow,
  type Scenario
} from '../../fixtures/verify-scenario.ts'

const picks = fc.array(fc.nat(5), { minLength: 1, maxLength: 20 })

/** What a processor leaves that never failed. */
const cleanRun: fc.Arbitrary<Scenario> = fc
  .tuple(plannedInputs, picks)
  .map(([inputs, picks]) => ({ inputs, logs: logsOf(inputs, mixed(inputs, picks)) }))

/** Some crashes: an input goes back to an earlier record, and on from there. */
const crashedRun: fc.Arbitrary<Scenario> = fc
  .tuple(plannedInputs, picks, fc.array(fc.tuple(fc.nat(200), fc.nat(10)), { maxLength: 3 }))
  .map(([inputs, picks, crashes]) => ({ inputs, logs: logsOf(inputs, withCrashes(mixed(inputs, picks), crashes)) }))

type Order = ReturnType<typeof mixed>

function withCrashes(order: Order, crashes: readonly (readonly [at: number, back: number])[]): Order {
  let result = order
  for (const [at, back] of crashes) {
    if (result.length === 0) return result
    const crash = at % result.length
    const [input] = result[crash]
    const again = result
      .slice(0, crash + 1)
      .filter(([of]) => of === input)
      .slice(-1 - back)
    result = [...result.slice(0, crash + 1), ...again, ...result.slice(crash + 1)]
  }
  return result
}

describe('a run without faults', () => {
  test('has no findings, and every record has one outcome', async () => {
    await fc.assert(
      fc.asyncProperty(cleanRun, async scenario => {
        const { names, verdict } = await found(scenario)
        expect(names).toEqual(NOTHING)
        const records = scenario.inputs.flat()
        const count = (judge: (rows: readonly number[]) => boolean) => records.filter(({ rows }) => judge(rows)).length
        expect(verdict.records).toBe(records.length)
        const [, processed, filtered, expired, deadLetter] = verdict.tally
        expect({ processed, filtered, expired, deadLetter }).toEqual({
          processed: count(([output]) => output < DLQ),
          filtered: count(([output]) => output === CLEANED || output === undefined),
          expired: 0,
          deadLetter: count(([output]) => output === DLQ)
        })
        expect(verdict.traceless[2]).toBe(count(rows => rows.length === 0))
      })
    )
  })

  test('with crashes has duplicates, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(crashedRun, async scenario => {
        const { names } = await found(scenario)
        expect(names).toEqual({ ...NOTHING, duplicated: naiveVerify(scenario).duplicated })
      })
    )
  })
})

/** What somebody does to a log; each names the row, or two of them, by its place among all rows. */
const damage = fc.record({
  kind: fc.constantFrom('remove', 'repeat', 'swap', 'move', 'dead-letter', 'expire', 'count', 'elsewhere', 'refuse'),
  at: fc.nat(),
  by: fc.nat(30)
})

function damaged({ inputs, logs }: Scenario, damages: readonly { kind: string; at: number; by: number }[]): Scenario {
  const changed = logs.map(log => [...log])
  for (const { kind, at, by } of damages) {
    const places = changed.flatMap((log, output) => log.map((_, index) => [output, index] as const))
    if (places.length === 0) break
    const [output, index] = places[at % places.length]
    damageRow(changed, output, index, kind, by)
  }
  return { inputs, logs: changed }
}

function damageRow(logs: PlannedRow[][], output: number, index: number, kind: string, by: number): void {
  const log = logs[output]
  const row = log[index]
  const other = Math.min(log.length - 1, index + by)
  switch (kind) {
    case 'remove':
      return void log.splice(index, 1)
    case 'repeat':
      return void log.splice(other + 1, 0, row)
    case 'swap':
      log[index] = log[other]
      log[other] = row
      return
    case 'move':
      return void log.splice(other, 0, ...log.splice(index, 1))
    case 'dead-letter':
      return void logs[DLQ].push({ ...row, row: 1, rows: 1 })
    case 'expire':
      return void logs[CLEANED].push({ ...row, row: 1, rows: 1, rule: 'age' })
    case 'refuse':
      // The broker took what came after it, and then all of it came again.
      if (log.slice(index + 1).some(later => sameRow(later, row))) log.splice(index, 1)
      return
    case 'count':
      log[index] = { ...row, rows: row.rows + 1 }
      return
    default:
      logs[(output + 1) % 3].push(row)
  }
}

const sameRow = (a: PlannedRow, b: PlannedRow) => a.input === b.input && a.offset === b.offset && a.row === b.row

describe('whatever is done to the outputs', () => {
  const anything = fc
    .tuple(crashedRun, fc.array(damage, { maxLength: 6 }))
    .map(([scenario, damages]) => damaged(scenario, damages))

  test('what is found is what its definition says, in whatever order partitions are read', async () => {
    await fc.assert(
      fc.asyncProperty(anything, fc.integer({ min: 1, max: 50 }), async (scenario, turn) => {
        expect((await found(scenario, {}, turn)).names).toEqual(naiveVerify(scenario))
      }),
      { numRuns: 500 }
    )
  })

  test('it is the same however few offsets are looked at together, and counts are too', async () => {
    await fc.assert(
      fc.asyncProperty(anything, fc.integer({ min: 1, max: 40 }), async (scenario, positionsAtOnce) => {
        const whole = await found(scenario)
        const inParts = await found(scenario, { positionsAtOnce })
        expect(inParts.names).toEqual(whole.names)
        const countsOf = ({ records, tally, traceless, gone }: typeof whole.verdict) => [
          records,
          tally,
          traceless,
          gone
        ]
        expect(countsOf(inParts.verdict)).toEqual(countsOf(whole.verdict))
      }),
      { numRuns: 500 }
    )
  })

  test('and however few rows there is room for, down to what a cell has', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async scenario => {
        const whole = await found(scenario)
        expect((await found(scenario, { rowsAtOnce: 16 })).names).toEqual(whole.names)
      })
    )
  })
})
