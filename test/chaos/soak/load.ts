import { setTimeout as sleep } from 'node:timers/promises'
import { createSampleGenerator } from '../../../pipelines/user-login/samples.ts'
import { BulkProducer } from '../../../src/kafka/confluent/bulk-producer.ts'

/** Records that wait for the processor: it is never without work, and retention never takes away what it has not read. */
const BACKLOG_RECORDS = 150_000
/** Made once and written again and again, as making them costs as much as processing them. */
const DIFFERENT_LOGINS = 20_000
/** Records between two turns of the event loop. */
const CHUNK = 1000
const PAUSE_MS = 20

/** Writes logins so that there always is a backlog, until `stop`. */
export class Load {
  sent = 0
  #stopped = false
  readonly #producer: BulkProducer
  readonly #done: Promise<void>
  #settled: () => number

  /** `settled`: how many of them the processor is known to have done. */
  static async start(bootstrap: string, topic: string, settled: () => number): Promise<Load> {
    const producer = new BulkProducer({ 'bootstrap.servers': bootstrap }, topic)
    await producer.connect()
    return new Load(producer, settled)
  }

  private constructor(producer: BulkProducer, settled: () => number) {
    this.#producer = producer
    this.#settled = settled
    this.#done = this.#write()
    this.#done.catch(() => undefined)
  }

  /** Rejects if something could not be written. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#done
    await this.#producer.flush()
    await this.#producer.disconnect()
  }

  async #write(): Promise<void> {
    const samples = createSampleGenerator({ seed: 1, numbered: false, startTimeMs: Date.now() })
    const logins = Array.from({ length: DIFFERENT_LOGINS }, (_, number) => samples.at(number))
    while (!this.#stopped) {
      const until = Math.min(this.sent + CHUNK, this.#settled() + BACKLOG_RECORDS)
      const timestampMs = Date.now()
      let room = true
      while (this.sent < until && room) {
        const { key, value, headers } = logins[this.sent % DIFFERENT_LOGINS]
        room = this.#producer.send({ key, value, headers, timestampMs })
        if (room) this.sent++
      }
      await sleep(this.sent < until || until - this.#settled() >= BACKLOG_RECORDS ? PAUSE_MS : 0)
    }
  }
}
