import { describe, expect, test } from 'vitest'
import type { ProduceFailure } from '../../../src/kafka/ports.ts'
import type { SettledOffset } from '../../../src/offsets/positions.ts'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import { Abort } from '../../../src/stages/abort.ts'
import { Batch, Task } from '../../../src/stages/batch.ts'
import { CulpritSearch } from '../../../src/stages/culprit-search.ts'
import { Isolate } from '../../../src/stages/isolate.ts'
import { Linger } from '../../../src/stages/linger.ts'
import { Produce } from '../../../src/stages/produce.ts'
import { Settle } from '../../../src/stages/settle.ts'
import { type Failure, Transact } from '../../../src/stages/transact.ts'
import { SummaryPlan } from '../../../src/summaries/plan.ts'
import { summarySlab } from '../../../src/summaries/summary-slab.ts'
import { SummaryState } from '../../../src/summaries/summary-state.ts'
import { ScriptedConsumer } from '../../fixtures/scripted-consumer.ts'
import { assigned, namesIn, quietEvents, releasedBatch, settled } from '../../fixtures/stages.ts'

/** A summary on its way through the stages behind `Summarize`, which take it for a batch like any other. */

const plan = new SummaryPlan(['device_type'], 10)
const TOPIC = 'logins-summary'
const TOO_LARGE = { code: 10, message: 'too large' }
const REFUSED = /^a summary of logins\/0 can not be written to logins-summary \(SUMMARY_TOPIC\): .* \(code \d+\); mend/

const counted = (first: number, processed: number) =>
  Object.assign(new SummaryState(plan, first), { next: first + processed, processed })

function summaryBatch(assignment: Assignment, lastOffset: number, behind?: Batch, state?: SummaryState): Batch {
  const row = { output: 4, key: `{"first":0}`, value: 'summary', timestampMs: 5, lastOffset }
  const task = new Task(summarySlab(row), 0)
  const batch = new Batch(assignment, assignment.ledger.openBetween(behind?.entry, lastOffset + 1), task, 0, 0)
  batch.endRow = 1
  batch.state = 'released'
  batch.summaryTopic = TOPIC
  batch.entry.summary = state
  task.add(batch)
  return batch
}

const opened = () => assigned(new Assignments(), 1)[0]

describe('at least once, a summary', () => {
  test.each([3, 29])('that nobody may write ends the process, with code %i, and names its topic', code => {
    const errors: Error[] = []
    const produce = new Produce({
      producer: {
        produce: (_slab, _first, end) => end,
        produceAlone: async () => undefined,
        outstanding: 0,
        connect: async () => undefined,
        disconnect: async () => undefined
      },
      linger: new Linger(0, 1),
      events: quietEvents().events,
      next: () => undefined,
      drop: () => undefined,
      isolate: () => false,
      rewind: () => undefined,
      failed: error => errors.push(error)
    })
    produce.release(summaryBatch(opened(), 9))
    produce.delivered({ batch: 1, rows: 1, error: { code, message: 'no' } })
    expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(REFUSED)])
  })

  test.each([
    [10, true],
    [-192, false],
    [45, false]
  ])('that fails by itself with code %i ends the process: %s; otherwise all comes again', async (code, ends) => {
    const assignment = opened()
    assignment.isolateBelow = 10
    const [rewound, dropped, errors] = [[] as Assignment[], [] as Batch[], [] as Error[]]
    const isolate = new Isolate({
      producer: { produceAlone: async (): Promise<ProduceFailure> => ({ code, message: 'no' }) },
      metrics: -1,
      events: quietEvents().events,
      underWay: () => false,
      ordinary: () => undefined,
      next: () => undefined,
      drop: batch => dropped.push(batch),
      rewind: each => rewound.push(each),
      failed: error => errors.push(error)
    })
    const batch = summaryBatch(assignment, 9)
    expect(isolate.take(batch)).toBe(true)
    await settled()
    expect([dropped, assignment.verdicts.size]).toEqual([[batch], 0])
    expect(errors.map(({ message }) => message)).toEqual(ends ? [expect.stringMatching(REFUSED)] : [])
    expect(rewound).toEqual(ends ? [] : [assignment])
  })

  test('settles as no record, and moves what stands beside the frontier', () => {
    const assignments = new Assignments()
    const [assignment] = assigned(assignments, 1)
    const { events, insights } = quietEvents()
    let freed = 0
    const settle = new Settle({ assignments, events, next: () => freed++, ended: () => undefined })
    const records = releasedBatch(assignment, 10)
    records.entry.summary = counted(0, 10)
    const summary = summaryBatch(assignment, 9, records, counted(10, 0))
    settle.acknowledged(summary)
    expect([assignment.ledger.frontier, assignment.ledger.busy]).toEqual([undefined, true])
    settle.acknowledged(records)
    expect([assignment.ledger.frontier, assignment.ledger.summary?.first]).toEqual([10, 10])
    expect([assignment.ledger.busy, assignment.ledger.consumed, freed]).toEqual([false, 10, 2])
    expect(insights.latencyMs(50)).toBeGreaterThan(0)
  })
})

describe('exactly once, a summary', () => {
  function setUp(maxRecords: number) {
    const assignments = new Assignments()
    const [assignment] = assigned(assignments, 1)
    const commits: (readonly SettledOffset[])[] = []
    const produced: string[] = []
    const failures: Failure[] = []
    const refusal: { of?: ProduceFailure; name?: string } = {}
    const transact: Transact = new Transact({
      producer: {
        produce: (slab, first, end, number) => {
          const names = namesIn(slab, first, end)
          if (refusal.of !== undefined && names.includes(refusal.name ?? names[0])) {
            transact.transactionFailed({ ...refusal.of, batch: number })
          }
          produced.push(...names)
          return end
        }
      },
      transactions: { begin: async () => undefined, commit: async offsets => void commits.push(offsets) },
      assignments,
      search: new CulpritSearch(assignments),
      events: quietEvents().events,
      transactionMs: 0,
      maxRecords,
      maxSlabs: 1000,
      next: batch => assignment.ledger.settle(batch.entry, batch.tally),
      drop: () => undefined,
      abort: async failure => void failures.push(failure),
      failed: error => {
        throw error
      }
    })
    const turn = async () => {
      transact.step()
      await settled()
    }
    return { assignment, transact, commits, produced, failures, refusal, turn }
  }

  test('is in one transaction with the offset behind it, and with what is counted from there on', async () => {
    const { assignment, transact, commits, produced, turn } = setUp(100)
    await turn()
    const records = releasedBatch(assignment, 10)
    const [full, empty] = [counted(0, 10), counted(10, 0)]
    records.entry.summary = full
    const summary = summaryBatch(assignment, 9, records, empty)
    transact.release(records)
    transact.release(summary)
    await turn()
    expect(produced).toHaveLength(11)
    expect(commits).toEqual([[{ topic: 'logins', partition: 0, offset: 10, summary: empty }]])
    expect([assignment.committedSummary, assignment.uncommitted]).toEqual([empty, false])
  })

  test('that is refused is the culprit, also where all records before it have been committed', async () => {
    const { assignment, transact, failures, refusal, turn } = setUp(1)
    const record = releasedBatch(assignment, 1)
    const summary = summaryBatch(assignment, 0, record)
    Object.assign(refusal, { of: TOO_LARGE, name: namesIn(summary.task.slab, 0, 1)[0] })
    await turn()
    transact.release(record)
    await turn()
    expect([failures, assignment.ledger.frontier]).toEqual([[], 1])
    for (let time = 0; time < 2; time++) {
      transact.release(summary)
      await turn()
      await turn()
    }
    expect(failures.map(({ culprit }) => culprit)).toEqual([undefined, { batch: summary, row: 0 }])
  })

  test('that is the culprit ends the process', async () => {
    const assignments = new Assignments()
    const [assignment] = assigned(assignments, 1)
    const abort = new Abort({
      transactions: { abort: async () => undefined },
      consumer: new ScriptedConsumer(),
      summaryAt: () => undefined,
      assignments,
      events: quietEvents().events,
      metrics: -1,
      rewind: () => undefined
    })
    const culprit = { batch: summaryBatch(assignment, 0), row: 0 }
    const failure = { error: TOO_LARGE, ofRow: true, culprit, before: 0 }
    await expect(abort.run(failure)).rejects.toThrow(REFUSED)
    expect(assignment.verdicts.size).toBe(0)
  })

  test('after an abort a partition goes on with what the group has, offset and count', async () => {
    const assignments = new Assignments()
    const [assignment] = assigned(assignments, 1)
    const consumer = new ScriptedConsumer()
    const asked: string[] = []
    const starts: unknown[] = []
    const abort = new Abort({
      transactions: { abort: async () => undefined },
      consumer,
      summaryAt: ({ metadata }) => {
        asked.push(metadata)
        return counted(3, 4)
      },
      assignments,
      events: quietEvents().events,
      metrics: -1,
      rewind: (live, startOf) => starts.push(...live.map(startOf))
    })
    consumer.positions.push({ topic: 'logins', partition: 0, offset: 7, metadata: 'as committed' })
    const ticker = setInterval(() => abort.step(), 1)
    await abort.run({ error: TOO_LARGE, ofRow: false, culprit: undefined, before: 0 })
    clearInterval(ticker)
    expect(asked).toEqual(['as committed'])
    expect(starts).toMatchObject([{ offset: 7, summary: { first: 3, processed: 4 } }])
    expect(assignments.reopen(assignment, { offset: 7, summary: counted(3, 4) }).ledger.summary?.processed).toBe(4)
  })
})
