import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { atRisk, slowPace } from '../kafka/slow-pace.ts'
import { describeOnKafka, TestKafka } from '../kafka/test-kafka.ts'
import { InterruptedRun } from './interrupted-run.ts'

const RECORDS = 60_000
const FEWER_RECORDS = 20_000
const IN_FLIGHT_MS = 100
/** A tenth of a second each: they drain for longer than a session of 6 s lasts. */
const RECORDS_FOR_NINE_SECONDS = 96
/** Far more than a commit takes, and far less than there would be to repeat if nothing were committed. */
const COMMIT_TAKES_MS = 500

// Side by side, as they mostly wait: the group must miss a member that died before another one gets its partitions.
describeOnKafka('a processor that is stopped in mid-flight', { concurrent: true }, () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test('SIGTERM: it drains and exits with 0, and the next one repeats nothing', async context => {
    const run = await InterruptedRun.prepare(kafka, context, RECORDS)
    // So long is something in flight, whenever the signal comes.
    const first = run.start(slowPace(500))
    await first.until('a part is done', async () => (await run.processed()) > RECORDS / 4)
    expect(await first.stop()).toEqual({ code: 0, signal: null })
    await run.expectMidFlight()

    const { inputs, rows } = await run.finish()
    expectNoLoss(rows, inputs)
    expectBoundedDuplicates(rows, 0)
    expectOrder(rows)
  })

  test('SIGTERM: what drains for longer than a session lasts is committed, and not repeated', async context => {
    const run = await InterruptedRun.prepare(kafka, context, RECORDS)
    const inFlight = { MAX_IN_FLIGHT_RECORDS: String(RECORDS_FOR_NINE_SECONDS), WORKERS: '1' }
    const first = await run.startStuck({ ...inFlight, SESSION_TIMEOUT_MS: '6000' })
    expect(await first.stop()).toEqual({ code: 0, signal: null })
    await run.expectMidFlight()

    const { inputs, rows } = await run.finish()
    expectNoLoss(rows, inputs)
    expectBoundedDuplicates(rows, 0)
  })

  test('SIGKILL: the next one repeats what had not been committed, and loses nothing', async context => {
    const run = await InterruptedRun.prepare(kafka, context, RECORDS)
    const first = run.start(slowPace(IN_FLIGHT_MS))
    await first.until('more than half is done', async () => (await run.processed()) > RECORDS / 2)
    first.signal('SIGKILL')
    expect(await first.ended()).toEqual({ code: null, signal: 'SIGKILL' })
    await run.expectMidFlight()

    const { inputs, rows } = await run.finish()
    expectNoLoss(rows, inputs)
    expectBoundedDuplicates(rows, atRisk(IN_FLIGHT_MS, COMMIT_TAKES_MS))
    expectOrder(rows, { replays: 1 })
  })

  test('a second SIGTERM ends it at once, with 3, and nothing is lost', async context => {
    const run = await InterruptedRun.prepare(kafka, context, FEWER_RECORDS)
    const first = await run.startStuck({ DRAIN_TIMEOUT_MS: '120000', STOP_GRACE_MS: '180000' })
    first.signal('SIGTERM')
    await first.untilPrinted('the processor is draining')
    first.signal('SIGTERM')
    expect(await first.ended()).toEqual({ code: 3, signal: null })

    const { inputs, rows } = await run.finish()
    expectNoLoss(rows, inputs)
  })

  test('a drain that takes longer than DRAIN_TIMEOUT_MS is given up with 3, and nothing is lost', async context => {
    const run = await InterruptedRun.prepare(kafka, context, FEWER_RECORDS)
    const first = await run.startStuck({ DRAIN_TIMEOUT_MS: '1500', RECORD_DEADLINE_MS: '700' })
    expect(await first.stop()).toEqual({ code: 3, signal: null })
    expect(first.stdout).toContain('the drain ran out of time')

    const { inputs, rows } = await run.finish()
    expectNoLoss(rows, inputs)
  })
})
