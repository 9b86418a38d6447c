import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { ChildProcessor, type ProgramEnd } from '../kafka/child-processor.ts'
import { describeOnKafka, TestKafka } from '../kafka/test-kafka.ts'
import { Killers } from './killers.ts'

const PARTITIONS = 2
const RECORDS = 4000
/** More than any of these tests needs. */
const MAX_RESTARTS = 12

/** One process after the other, each under the name of the one before: the group need not wait until it misses that. */
class Restarts {
  readonly #killers: Killers
  readonly #test: TestContext
  readonly #settings: Record<string, string>
  readonly ends: ProgramEnd[] = []
  printed = ''

  constructor(killers: Killers, test: TestContext, settings: Record<string, string> = {}) {
    this.#killers = killers
    this.#test = test
    this.#settings = { LOG_LEVEL: 'info', GROUP_INSTANCE_ID: 'the-only-one', ...settings }
  }

  start(settings: Record<string, string> = {}): ChildProcessor {
    const processor = new ChildProcessor({ ...this.#killers.environment, ...this.#settings, ...settings })
    this.#test.onTestFinished(() => processor.kill())
    return processor
  }

  async ended(processor: ChildProcessor): Promise<void> {
    this.ends.push(await processor.ended())
    this.printed += processor.stdout
  }

  /** Starts one, and kills it in that moment. */
  async killed(
    moment: (processor: ChildProcessor) => Promise<unknown>,
    settings: Record<string, string> = {}
  ): Promise<void> {
    const processor = this.start(settings)
    await moment(processor)
    processor.signal('SIGKILL')
    await this.ended(processor)
  }

  /** Until one has done all there is, and is stopped. */
  async untilFinished(): Promise<void> {
    for (let restart = 0; restart < MAX_RESTARTS; restart++) {
      const processor = this.start()
      const died = processor.ended().then(() => 'died')
      const finished = processor.until('all is committed', () => this.#killers.finished()).then(() => 'finished')
      finished.catch(() => undefined)
      if ((await Promise.race([died, finished])) === 'finished') {
        expect(await processor.stop()).toEqual({ code: 0, signal: null })
        this.printed += processor.stdout
        return
      }
      await this.ended(processor)
    }
    throw new Error(`not finished after ${MAX_RESTARTS} restarts`)
  }

  async expectNothingLost(): Promise<void> {
    const rows = await this.#killers.rows()
    expectNoLoss(rows, this.#killers.inputs)
    expectOrder(rows, { replays: this.ends.length })
  }
}

// Side by side, as they mostly wait for processes to start.
describeOnKafka('records that end the whole process', { concurrent: true }, () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  const cases = [
    ['a native crash', 'abort', {}, 4],
    ['the kernel’s SIGKILL, exactly-once', 'kill', { DELIVERY: 'exactly-once', TRANSACTION_MS: '100' }, 4],
    ['a thread that can not be ended', 'deaf', { RECORD_DEADLINE_MS: '300' }, 3]
  ] as const

  test.for(cases)('%s: the restarts find the record, and make a dead letter of it', async (one, context) => {
    const [, act, settings, deaths] = one
    const killers = await Killers.write(kafka, RECORDS, PARTITIONS, { 1001: act })
    const restarts = new Restarts(killers, context, settings)
    await restarts.untilFinished()

    expect(await killers.convicted()).toEqual({ 1001: 'killed-worker' })
    expect(restarts.printed).toContain('the process died three times over this record')
    // More where a commit came in time to begin further on.
    expect(restarts.ends.length).toBeGreaterThanOrEqual(deaths)
    await restarts.expectNothingLost()
    if ('DELIVERY' in settings) expectBoundedDuplicates(await killers.rows(), 0)
  })

  test('two in one partition, next to each other, are found one after the other', async context => {
    const killers = await Killers.write(kafka, 100, 1, { 42: 'abort', 43: 'abort' })
    const restarts = new Restarts(killers, context)
    await restarts.untilFinished()
    expect(await killers.convicted()).toEqual({ 42: 'killed-worker', 43: 'killed-worker' })
    await restarts.expectNothingLost()
  })

  test('and whoever kills it from outside, at any time, convicts nobody', async context => {
    const killers = await Killers.write(kafka, RECORDS, PARTITIONS, {})
    const restarts = new Restarts(killers, context, { LINGER_MS: '200', SLAB_RECORDS: '64' })
    const moments = ['partitions assigned', 'the processor is running', 'partitions assigned', 'partitions assigned']
    for (const moment of moments) {
      await restarts.killed(processor => processor.untilPrinted(moment))
    }
    // It tells where it begins when its first record has come, and gets no further: the next one has to be careful.
    const begins = (processor: ChildProcessor) => processor.until('it has told where it begins', () => killers.begun())
    await restarts.killed(begins, { COMMIT_INTERVAL_MS: '60000' })
    for (const share of [0.2, 0.5, 0.8]) {
      const isOut = async () => (await kafka.count(killers.topics.processed)) > share * RECORDS
      await restarts.killed(processor => processor.until('a part has come out', isOut))
    }
    await restarts.untilFinished()
    expect(restarts.ends).toEqual(restarts.ends.map(() => ({ code: null, signal: 'SIGKILL' })))
    expect(restarts.printed).toContain('a process may have died of a record here')
    expect(await killers.convicted()).toEqual({})
    await restarts.expectNothingLost()
  })
})
