import { expect, type TestContext } from 'vitest'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { traceSamples, writeSamples, type Trace } from '../kafka/samples.ts'
import { nearStandstill } from '../kafka/slow-pace.ts'
import type { Environment, TestKafka, TestTopics } from '../kafka/test-kafka.ts'

/** Samples that one processor begins with and another one finishes. */
export class InterruptedRun {
  readonly #kafka: TestKafka
  readonly #topics: TestTopics
  readonly #test: TestContext

  static async prepare(kafka: TestKafka, test: TestContext, records: number): Promise<InterruptedRun> {
    const topics = await kafka.createTopics({ partitions: 3 })
    await writeSamples(topics.input, records)
    return new InterruptedRun(kafka, topics, test)
  }

  private constructor(kafka: TestKafka, topics: TestTopics, test: TestContext) {
    this.#kafka = kafka
    this.#topics = topics
    this.#test = test
  }

  start(settings: Environment = {}): ChildProcessor {
    const processor = new ChildProcessor({ ...this.#topics.environment, LOG_LEVEL: 'info', ...settings })
    this.#test.onTestFinished(() => processor.kill())
    return processor
  }

  /** When the first batch has gone out, the rest is surely in flight. */
  async startStuck(settings: Environment): Promise<ChildProcessor> {
    const processor = this.start({ ...nearStandstill, ...settings })
    await processor.until('a batch has gone out', async () => (await this.processed()) > 0)
    return processor
  }

  processed(): Promise<number> {
    return this.#kafka.count(this.#topics.processed)
  }

  /** A test would prove nothing if everything had been done by then, or nothing. */
  async expectMidFlight(): Promise<void> {
    const committed = await this.#committed()
    const ends = await this.#kafka.endOffsets(this.#topics.input)
    expect(committed.some((offset, partition) => offset > 0 && offset < ends[partition])).toBe(true)
  }

  /** Has another processor do the rest. Answers all that there is then. */
  async finish(settings: Environment = {}): Promise<Trace> {
    const ends = await this.#kafka.endOffsets(this.#topics.input)
    const processor = this.start(settings)
    await processor.until('the rest is committed', async () => {
      const committed = await this.#committed()
      return committed.every((offset, partition) => offset === ends[partition])
    })
    expect(await processor.stop()).toEqual({ code: 0, signal: null })
    const { input, processed, deadLetters } = this.#topics
    const outputs = [...(await this.#kafka.read(processed)), ...(await this.#kafka.read(deadLetters))]
    return traceSamples(await this.#kafka.read(input), outputs)
  }

  #committed(): Promise<number[]> {
    return this.#kafka.committedOffsets(this.#topics.group, this.#topics.input)
  }
}
