import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { BEFORE_MS } from './causes.ts'
import { destinations, STRANGER, type Evidence, type Fault, type ProcessorRun, type Row } from './evidence.ts'
import { makeHistory, withRows, type History } from './history.ts'
import { judge } from './judge.ts'

const anyHistory = fc
  .record({
    seed: fc.nat(),
    logins: fc.integer({ min: 20, max: 400 }),
    partitions: fc.integer({ min: 1, max: 4 }),
    kills: fc.nat({ max: 3 })
  })
  .map(makeHistory)

const broken = (evidence: Evidence) =>
  judge(evidence)
    .filter(({ kept }) => !kept)
    .map(({ promise }) => promise)

/** Whatever happened before, the spoiled rows break this promise, and `spoil` says if it could spoil any. */
function expectBroken(promise: string, spoil: (rows: Row[], history: History) => boolean): void {
  fc.assert(
    fc.property(anyHistory, history => {
      const rows = [...history.rows]
      fc.pre(spoil(rows, history))
      expect(broken(withRows(history.evidence, rows))).toContainEqual(expect.stringContaining(promise))
    })
  )
}

const run: ProcessorRun = {
  processor: 0,
  pid: 1,
  startedMs: 0,
  endedMs: 1,
  asked: 'SIGTERM',
  code: 0,
  signal: null,
  totals: {
    consumed: 10,
    tally: { processed: 4, filtered: 3, expired: 0, deadLetter: 1 },
    abandoned: 2,
    inFlight: 0
  },
  complaints: new Map()
}

function withProcessor(changes: Partial<ProcessorRun>): Evidence {
  const { evidence } = makeHistory({ seed: 1, logins: 20, partitions: 1, kills: 0 })
  return { ...evidence, processors: [{ ...run, ...changes }] }
}

describe('the judge of a chaos run', () => {
  test('finds nothing where everything was kept, crashes and their replays included', () => {
    fc.assert(
      fc.property(anyHistory, ({ evidence }) => {
        expect(broken(evidence)).toEqual([])
      })
    )
  })

  test('agrees with the invariants that other tests use', () => {
    fc.assert(
      fc.property(anyHistory, ({ evidence: { input, faults, settings }, rows }) => {
        const source = (sample: number) => ({
          topic: 'in',
          partition: input.partition[sample],
          offset: input.offset[sample]
        })
        const consumed = rows.map(({ destination, partition, sample }) => {
          return { topic: destinations[destination], partition, source: source(sample) }
        })
        expectNoLoss(
          consumed,
          Array.from(input.times, (_, sample) => source(sample))
        )
        expectOrder(consumed, { replays: faults.length })
        expectBoundedDuplicates(consumed, rows.length - settings.records)
      })
    )
  })

  test('a login without a row is lost', () => {
    expectBroken('nothing lost', rows => {
      const { sample } = rows[Math.floor(rows.length / 2)]
      rows.splice(0, rows.length, ...rows.filter(row => row.sample !== sample))
      return true
    })
  })

  test('two rows that have changed places are disorder', () => {
    expectBroken('new rows of an input partition', (rows, { evidence: { input } }) => {
      const same = (a: Row, b: Row) => a.destination === b.destination && a.partition === b.partition
      const first = rows.findIndex(
        (row, index) => rows.findIndex(({ sample }) => sample === row.sample) === index && index > 0
      )
      const second = rows.findIndex(
        (row, index) =>
          same(row, rows[first]) && input.offset[row.sample] > input.offset[rows[first].sample] && index > first
      )
      if (first < 0 || second < 0) return false
      ;[rows[first], rows[second]] = [rows[second], rows[first]]
      return true
    })
  })

  test('a row that comes again without a crash is a repeat that nothing explains', () => {
    expectBroken('no repeats but after a crash', (rows, { evidence }) => {
      const late = Math.max(...evidence.faults.map(({ endMs }) => endMs), rows[0].appendedMs) + 60_000
      rows.push({ ...rows[0], appendedMs: late }, { ...rows[0], appendedMs: late + 1 })
      return evidence.faults.every(({ startMs }) => startMs - rows[0].appendedMs > BEFORE_MS)
    })
  })

  test('more repeats after a crash than were in flight and not committed are too many', () => {
    const { evidence, rows } = makeHistory({ seed: 3, logins: 400, partitions: 1, kills: 1 })
    const [{ startMs }] = evidence.faults
    const recent = rows.filter(({ appendedMs }) => appendedMs < startMs && appendedMs >= startMs - 1000)
    expect(recent.length).toBeGreaterThan(0)
    const again = Array.from({ length: 1000 }, (_, index) => ({
      ...recent[index % recent.length],
      appendedMs: startMs + 1
    }))
    expect(broken(withRows(evidence, [...rows, ...again]))).toContainEqual(expect.stringContaining('after one SIGKILL'))
  })

  test('what is written again after a broker was gone is of its making, and may be more than after a crash', () => {
    const { evidence, rows } = makeHistory({ seed: 3, logins: 400, partitions: 1, kills: 0 })
    const startMs = rows[300].appendedMs
    const bounce: Fault = { kind: 'bounce', target: 0, startMs, endMs: startMs + 5000 }
    const kill: Fault = { kind: 'SIGKILL', target: 0, startMs: startMs + 100, endMs: startMs + 1000 }
    const again = rows.map(row => Object.assign({}, row, { appendedMs: startMs + 8000 }))
    const faults = (...happened: Fault[]) => ({
      ...withRows(evidence, [...rows, ...again]),
      faults: happened,
      plannedFaults: happened.length
    })
    expect(broken(faults(bounce, kill))).toEqual([])
    expect(broken(faults(kill))).not.toEqual([])
  })

  test('a processor that was taken for dead explains repeats as a crash does', () => {
    const { evidence, rows } = makeHistory({ seed: 3, logins: 400, partitions: 1, kills: 0 })
    const last = rows[rows.length - 1]
    const repeated = withRows(evidence, [...rows, { ...last, appendedMs: last.appendedMs + 3000 }])
    expect(broken(repeated)).toContainEqual(expect.stringContaining('no repeats but after a crash'))
    const losses = [{ processor: 0, atMs: last.appendedMs + 2000 }]
    expect(broken({ ...repeated, losses })).toEqual([])
    const muchLater = [{ processor: 0, atMs: last.appendedMs + 60_000 }]
    expect(broken({ ...repeated, losses: muchLater })).not.toEqual([])
  })

  test('exactly once: any repeat is one too many', () => {
    fc.assert(
      fc.property(anyHistory, ({ evidence, rows }) => {
        const exactlyOnce = { ...evidence, settings: { ...evidence.settings, delivery: 'exactly-once' as const } }
        const repeated = rows.length > evidence.settings.records
        expect(broken(exactlyOnce).some(promise => promise.startsWith('exactly once'))).toBe(repeated)
      })
    )
  })

  test('a row in another topic, of no login, or with something else in it is told', () => {
    const spoilLast = (change: (row: Row) => Partial<Row>) => (rows: Row[]) => {
      rows.push({ ...rows[rows.length - 1], ...change(rows[rows.length - 1]) })
      return true
    }
    expectBroken(
      'one outcome each',
      spoilLast(({ destination }) => ({ destination: (destination + 1) % 3 }))
    )
    expectBroken(
      'nothing made up',
      spoilLast(() => ({ sample: STRANGER }))
    )
    expectBroken(
      'nothing mixed up',
      spoilLast(() => ({ torn: true }))
    )
  })

  test('an offset that was committed before the rows below it were written is ahead', () => {
    fc.assert(
      fc.property(anyHistory, ({ evidence }) => {
        const { input, rows } = evidence
        const offsets = Array.from({ length: evidence.settings.partitions }, () => 0)
        const last = rows.sample[rows.length - 1]
        offsets[input.partition[last]] = input.offset[last] + 1
        const firstMs = Math.min(
          ...rows.appendedMs.subarray(0, rows.length).filter((_, row) => rows.sample[row] === last)
        )
        const looked = (atMs: number) => ({ ...evidence, commits: [{ atMs, offsets }] })
        expect(broken(looked(firstMs))).toEqual([])
        expect(broken(looked(firstMs - 1))).toEqual([expect.stringContaining('no commit before its rows')])
      })
    )
  })

  test('processors end with 0 after SIGTERM, and never by themselves', () => {
    expect(broken(withProcessor({}))).toEqual([])
    expect(broken(withProcessor({ asked: 'SIGKILL', code: null, signal: 'SIGKILL', totals: undefined }))).toEqual([])
    expect(broken(withProcessor({ code: 3 }))).toEqual([expect.stringContaining('clean stops')])
    expect(broken(withProcessor({ asked: undefined, code: 1 }))).toEqual([expect.stringContaining('alive')])
  })

  test('3 is an end, too, where a fault had cost it its partitions, and only there', () => {
    const unclean: unknown = expect.stringContaining('clean stops')
    const bounce: Fault = { kind: 'bounce', target: 0, startMs: 40_000, endMs: 48_000 }
    const loss = { processor: 0, atMs: 56_000 }
    const ended = { ...withProcessor({ code: 3, startedMs: 0, endedMs: 57_000 }), faults: [bounce], losses: [loss] }
    expect(broken(ended)).not.toContainEqual(unclean)
    expect(broken({ ...ended, losses: [] })).toContainEqual(unclean)
    expect(broken({ ...ended, losses: [{ ...loss, processor: 1 }] })).toContainEqual(unclean)
    expect(broken({ ...ended, losses: [{ ...loss, atMs: 41_000 }] })).toContainEqual(unclean)
    expect(broken({ ...ended, faults: [] })).toContainEqual(unclean)
    expect(broken({ ...ended, processors: [{ ...ended.processors[0], code: 1 }] })).toContainEqual(unclean)
  })

  test('a ledger that does not add up, or with something in flight at its end, is wrong', () => {
    const ledger = [expect.stringContaining('the ledger')]
    expect(broken(withProcessor({ totals: { ...run.totals!, consumed: 11 } }))).toEqual(ledger)
    expect(broken(withProcessor({ totals: { ...run.totals!, consumed: 11, inFlight: 1 } }))).toEqual(ledger)
    expect(broken(withProcessor({ totals: undefined }))).toEqual(ledger)
    const running = { pid: 1, ...run.totals!, consumed: 12, inFlight: 2 }
    expect(broken({ ...withProcessor({}), ledgers: [running] })).toEqual([])
    expect(broken({ ...withProcessor({}), ledgers: [running, { ...running, consumed: 13 }] })).toEqual(ledger)
    expect(broken({ ...withProcessor({}), ledgers: [{ ...running, consumed: 111, inFlight: 101 }] })).toEqual(ledger)
  })

  test('a lag that does not come back to 0 within a minute is no recovery', () => {
    const { evidence } = makeHistory({ seed: 1, logins: 20, partitions: 1, kills: 0 })
    expect(broken({ ...evidence, lagZeroAfterMs: 60_000 })).toEqual([])
    expect(broken({ ...evidence, lagZeroAfterMs: 60_001 })).toEqual([expect.stringContaining('recovery')])
    expect(broken({ ...evidence, lagZeroAfterMs: Infinity })).toEqual([expect.stringContaining('recovery')])
  })

  test('a run whose faults did not happen, or whose logins were not all written, proves nothing', () => {
    const { evidence } = makeHistory({ seed: 1, logins: 20, partitions: 1, kills: 1 })
    expect(broken({ ...evidence, plannedFaults: 2 })).toEqual([expect.stringContaining('the test itself')])
    expect(broken({ ...evidence, acknowledged: 19 })).toEqual([expect.stringContaining('the test itself')])
  })
})
