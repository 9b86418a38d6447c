import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Header } from '../../../src/slabs/layout.ts'
import { FILTERED } from '../../../src/slabs/outcomes.ts'
import { readRow } from '../../../src/slabs/reader.ts'
import { type Batch, splitWorked } from '../../../src/stages/batch.ts'
import { SummaryState } from '../../../src/summaries/summary-state.ts'
import { notedRecords } from '../../fixtures/counted-slab.ts'
import { SummarizeBench, summaryIn, TOPIC } from '../../fixtures/summarize-bench.ts'

/** Without its place in the ledger. */
const contentOf = ({ placedAt, ...summary }: ReturnType<typeof summaryIn>) => {
  expect(placedAt).toBeGreaterThanOrEqual(summary.next)
  return summary
}
const sizesOf = (batches: readonly Batch[]) => batches.map(({ records }) => records)

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** The stage looks only now and then. */
function after(bench: SummarizeBench, durationMs: number): void {
  vi.advanceTimersByTime(durationMs)
  bench.summarize.step()
}

describe('Summarize', () => {
  test('cuts a batch where its summary ends, and puts it there as a batch of its own', () => {
    const bench = new SummarizeBench()
    const [batch] = [bench.takeMore(25)]
    expect(sizesOf(bench.released)).toEqual([10, 0, 10, 0, 5])
    const [, summary] = bench.released
    expect(summary).toMatchObject({ summaryTopic: TOPIC, firstRow: 0, endRow: 1, state: 'released' })
    expect(readRow(summary.task.slab, 0)).toMatchObject({ output: 4, headers: [] })
    expect(bench.summaries[0].key).toEqual({
      pipeline: 'user-login',
      group: 'g',
      topic: 'logins',
      partition: 0,
      first: 0
    })
    expect(bench.summaries.map(({ next, placedAt, cut }) => [next, placedAt, cut])).toEqual([
      [10, 10, 'records'],
      [20, 20, 'records']
    ])
    expect(batch.task.batches).toHaveLength(3)
    expect(summary.task.slab.header[Header.RECORDS]).toBe(0)
  })

  test('goes on where the offset was committed', () => {
    const first = new SummarizeBench()
    first.takeMore(7)
    first.settleAll()
    const { summary } = first.assignment.ledger
    const second = new SummarizeBench()
    second.assignment.ledger.summary = SummaryState.read(second.plan, JSON.parse(JSON.stringify(summary?.fields(7))), 7)
    second.taken.push(...first.taken)
    second.takeMore(5)
    expect(sizesOf(second.released)).toEqual([3, 0, 2])
    expect(second.summaries).toMatchObject([{ key: { first: 0 }, next: 10, records: { processed: 10 } }])
  })

  test('begins anew where records are from before what had been counted, as in a topic that was made again', () => {
    const bench = new SummarizeBench()
    bench.assignment.ledger.summary = new SummaryState(bench.plan, 500)
    bench.takeMore(10)
    expect(bench.summaries).toMatchObject([{ key: { first: 0 }, next: 10 }])
  })

  test('lets a stale batch through uncounted, to be dropped where all are', () => {
    const bench = new SummarizeBench()
    bench.assignment.rewinding = true
    bench.takeMore(25)
    expect(sizesOf(bench.released)).toEqual([25])
  })

  test('whatever settles and is split in whatever order: what stands beside the frontier is what came before it', () => {
    const step = fc.record({
      kind: fc.constantFrom('take', 'take', 'settle', 'settle', 'split', 'end'),
      pick: fc.nat()
    })
    fc.assert(
      fc.property(notedRecords(1, 150), fc.array(step, { maxLength: 80 }), (records, steps) => {
        const bench = new SummarizeBench()
        const { ledger } = bench.assignment
        let from = 0
        for (const { kind, pick } of steps) {
          const chosen = bench.unsettled[pick % Math.max(1, bench.unsettled.length)]
          if (kind === 'take' && from < records.length) {
            const part = records.slice(from, from + 1 + (pick % 30))
            from += part.length
            bench.take(part)
          } else if (kind === 'settle' && chosen !== undefined) bench.settle(chosen)
          else if (kind === 'split' && chosen?.records > 1) {
            const rest = splitWorked(chosen, chosen.firstRecord + 1 + (pick % (chosen.records - 1)))
            bench.unsettled.push(rest)
          } else if (kind === 'end' && from === records.length) ledger.reachedEnd(ledger.readTo + (pick % 3))
          checkFrontier(bench)
        }
        bench.settleAll()
        checkFrontier(bench)
        expect([ledger.inFlight, ledger.busy]).toEqual([0, false])
      })
    )
  })

  function checkFrontier({ assignment, taken, unsettled }: SummarizeBench): void {
    const { frontier, summary } = assignment.ledger
    if (frontier === undefined || summary === undefined) return
    expect(summary.next).toBeLessThanOrEqual(frontier)
    const counted = taken.filter(({ offset }) => offset >= summary.first && offset < frontier)
    expect(summary.records).toBe(counted.length)
    expect(summary.filtered).toBe(counted.filter(({ outcome }) => outcome === FILTERED).length)
    // No offset behind a summary before that is acknowledged.
    for (const batch of unsettled.filter(({ summaryTopic }) => summaryTopic !== undefined)) {
      const { key, placedAt } = summaryIn(batch)
      expect(frontier).toBeLessThanOrEqual(placedAt)
      expect(summary.first).toBeLessThanOrEqual(key.first)
    }
  }

  test('a process that dies anywhere leaves an offset from which the same summaries come again', () => {
    fc.assert(
      fc.property(notedRecords(1, 120), fc.nat(), fc.integer({ min: 1, max: 40 }), (records, pick, size) => {
        const first = new SummarizeBench()
        for (let from = 0; from < records.length; from += size) first.take(records.slice(from, from + size))
        for (let left = pick % (first.unsettled.length + 1); left > 0; left--) first.settle()
        const { frontier, summary } = first.assignment.ledger
        fc.pre(frontier !== undefined)
        const second = new SummarizeBench()
        const fields = summary?.fields(frontier)
        const stored: unknown = fields && JSON.parse(JSON.stringify(fields))
        second.assignment.ledger.summary =
          SummaryState.read(second.plan, stored, frontier) ?? new SummaryState(second.plan, frontier)
        const rest = records.filter(({ offset }) => offset >= frontier)
        for (let from = 0; from < rest.length; from += 7) second.take(rest.slice(from, from + 7))
        after(second, 100)

        const unsettled = first.summaries.filter(({ key }) => key.first >= (summary?.first ?? frontier))
        expect(second.summaries.map(contentOf)).toEqual(unsettled.map(contentOf))
      })
    )
  })
})

test('a summary that was full when its process died is cut by the next one, though nothing more comes', () => {
  const first = new SummarizeBench()
  first.takeMore(10)
  expect(first.summaries).toHaveLength(1)
  // Its records have settled, and it has not been acknowledged itself.
  first.settle()
  const { frontier, summary } = first.assignment.ledger
  const second = new SummarizeBench()
  second.assignment.ledger.summary = SummaryState.read(second.plan, summary?.fields(frontier!), frontier!)
  after(second, 100)
  expect(second.summaries.map(contentOf)).toEqual(first.summaries.map(contentOf))
})

describe('a summary by time', () => {
  test('is cut so long after its first record, behind what has been counted, and not where nothing has', () => {
    const bench = new SummarizeBench(5000)
    after(bench, 6000)
    bench.takeMore(3)
    after(bench, 4000)
    expect(bench.summaries).toEqual([])
    bench.takeMore(2)
    after(bench, 1000)
    expect(bench.summaries).toMatchObject([{ next: 5, cut: 'time', records: { processed: 5 } }])
    after(bench, 10_000)
    expect(bench.summaries).toHaveLength(1)
  })

  test('is the only one until Kafka has confirmed its commit; what would need the next one waits', () => {
    const bench = new SummarizeBench(5000)
    bench.takeMore(3)
    after(bench, 5000)
    bench.takeMore(8)
    bench.takeMore(6)
    bench.takeMore(1)
    expect(sizesOf(bench.released)).toEqual([3, 0, 8, 2])
    after(bench, 60_000)
    expect([bench.summaries.length, bench.commits.length]).toEqual([1, 0])
    bench.settle(bench.released[1])
    after(bench, 100)
    expect(bench.commits).toEqual([])
    bench.settle(bench.released[0])
    after(bench, 100)
    after(bench, 100)
    expect(bench.commits).toEqual([bench.assignment])
    expect(bench.summaries).toHaveLength(1)
    bench.commit()
    after(bench, 100)
    expect(sizesOf(bench.released)).toEqual([3, 0, 8, 2, 0, 4, 1])
    expect(bench.summaries[1]).toMatchObject({ key: { first: 3 }, next: 13, cut: 'records' })
  })

  test('in transactions nothing waits, as summary and offset are in one', () => {
    const bench = new SummarizeBench(5000, false)
    bench.takeMore(3)
    after(bench, 5000)
    bench.takeMore(15)
    expect(sizesOf(bench.released)).toEqual([3, 0, 10, 0, 5])
  })

  test('that waits is dropped with its partition, and what waited behind it', () => {
    const bench = new SummarizeBench(5000)
    bench.takeMore(3)
    after(bench, 5000)
    bench.takeMore(15)
    bench.assignments.fence(bench.assignment)
    bench.summarize.close(bench.assignment)
    expect(sizesOf(bench.dropped)).toEqual([5])
    after(bench, 5000)
    expect(sizesOf(bench.released)).toEqual([3, 0, 10])
  })

  test('that is due while its partition is about to be read again is not cut', () => {
    const bench = new SummarizeBench(5000)
    bench.takeMore(3)
    bench.assignment.rewinding = true
    after(bench, 5000)
    expect(bench.summaries).toEqual([])
  })
})
