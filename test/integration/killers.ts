import { fileURLToPath } from 'node:url'
import type { Act } from '../fixtures/killer-pipeline.ts'
import { type ConsumedRow, sourceHeader, sourceOf, type SourcePosition } from '../invariants/source.ts'
import type { Environment, TestKafka, TestTopics } from '../kafka/test-kafka.ts'
import { headerOf, type StoredRecord } from '../kafka/topic-reader.ts'

const PIPELINE = fileURLToPath(new URL('../fixtures/killer-pipeline.ts', import.meta.url))
/** Not the record's own text: a reason is a word of a closed list. */
const REASON_HEADER = '__connect.errors.exception.message'

/** Numbers on some partitions, a few of which kill whoever works on them. */
export class Killers {
  readonly #kafka: TestKafka
  readonly topics: TestTopics
  readonly inputs: SourcePosition[] = []

  /** `acts`: what the records of these numbers do; all others do no harm. Numbers go round the partitions. */
  static async write(
    kafka: TestKafka,
    count: number,
    partitions: number,
    acts: Readonly<Record<number, Act>>
  ): Promise<Killers> {
    const topics = await kafka.createTopics({ partitions })
    const killers = new Killers(kafka, topics)
    const records = Array.from({ length: count }, (_, number) => {
      const source = { topic: topics.input, partition: number % partitions, offset: Math.floor(number / partitions) }
      killers.inputs.push(source)
      const value = JSON.stringify({ number, act: acts[number] ?? 'none' })
      return { partition: source.partition, key: String(number), value, headers: [sourceHeader(source)] }
    })
    await kafka.write(topics.input, records)
    return killers
  }

  private constructor(kafka: TestKafka, topics: TestTopics) {
    this.#kafka = kafka
    this.topics = topics
  }

  get environment(): Environment {
    return { ...this.topics.environment, PIPELINE }
  }

  /** All that has come out, in the order of each partition. */
  async rows(): Promise<ConsumedRow[]> {
    const outputs = [...(await this.#kafka.read(this.topics.processed)), ...(await this.deadLetters())]
    return outputs.map(({ topic, partition, headers }) => ({ topic, partition, source: sourceOf(headers) }))
  }

  deadLetters(): Promise<StoredRecord[]> {
    return this.#kafka.read(this.topics.deadLetters)
  }

  /** The numbers of the dead letters, each with its reason. */
  async convicted(): Promise<Record<number, string | undefined>> {
    const letters = await this.deadLetters()
    return Object.fromEntries(letters.map(letter => [Number(letter.key), headerOf(letter, REASON_HEADER)]))
  }

  /** An offset is committed of each partition, if only the one at which it begins. */
  async begun(): Promise<boolean> {
    return (await this.#committed()).every(offset => offset >= 0)
  }

  async finished(): Promise<boolean> {
    const committed = await this.#committed()
    const ends = await this.#kafka.endOffsets(this.topics.input)
    return committed.every((offset, partition) => offset === ends[partition])
  }

  #committed(): Promise<number[]> {
    return this.#kafka.committedOffsets(this.topics.group, this.topics.input)
  }
}
