import { setTimeout as sleep } from 'node:timers/promises'
import { createSampleGenerator, type SampleGenerator } from '../pipelines/user-login/samples.ts'
import { USUAL_INPUT } from './bench-case.ts'
import { badShares, ShapedLogins } from './shaped-logins.ts'
import { BulkProducer } from '../src/kafka/confluent/bulk-producer.ts'
import type { Cluster } from './cluster.ts'

const SEED = 7
/** Records between two turns of the event loop. */
const CHUNK = 2000
const TICK_MS = 1

/** The login job's input, as fast as it goes. The same records each time. */
export async function writeLogins(cluster: Cluster, topic: string, count: number, shape = USUAL_INPUT): Promise<void> {
  const samples = new ShapedLogins(generator(false, shape.badShare), shape)
  await producing(cluster, topic, 20, async producer => {
    for (let sent = 0; sent < count; await sleep(0)) {
      const until = Math.min(count, sent + CHUNK)
      while (sent < until && producer.send(samples.at(sent))) sent++
    }
  })
}

/**
 * Numbered logins at a steady rate. Each is sent when it is due, or later where the machine was busy: `dueAtMs` says
 * when it should have been.
 */
export class PacedLogins {
  readonly #cluster: Cluster
  readonly #topic: string
  readonly #rate: number
  readonly #first: number
  #startMs = NaN

  /** Numbers begin with `first`. */
  constructor(cluster: Cluster, topic: string, rate: number, first: number) {
    this.#cluster = cluster
    this.#topic = topic
    this.#rate = rate
    this.#first = first
  }

  /** Milliseconds since 1970. */
  dueAtMs(number: number): number {
    return this.#startMs + ((number - this.#first) * 1000) / this.#rate
  }

  async write(count: number): Promise<void> {
    const samples = generator(true)
    // No linger: the generator is to add as little as it can to what is measured.
    await producing(this.#cluster, this.#topic, 0, async producer => {
      this.#startMs = performance.timeOrigin + performance.now()
      for (let sent = 0; sent < count; await sleep(TICK_MS)) {
        const nowMs = performance.timeOrigin + performance.now()
        const due = Math.min(count, Math.floor(((nowMs - this.#startMs) * this.#rate) / 1000) + 1)
        while (sent < due && producer.send(samples.at(this.#first + sent))) sent++
      }
    })
  }
}

function generator(numbered: boolean, badShare?: number): SampleGenerator {
  const shares = badShare === undefined ? {} : badShares(badShare)
  return createSampleGenerator({ seed: SEED, numbered, startTimeMs: Date.now(), samplesPerSecond: 100_000, shares })
}

async function producing(
  { properties }: Cluster,
  topic: string,
  lingerMs: number,
  produce: (producer: BulkProducer) => Promise<void>
): Promise<void> {
  const producer = new BulkProducer({ ...properties, 'linger.ms': lingerMs }, topic)
  await producer.connect()
  try {
    await produce(producer)
    await producer.flush()
  } finally {
    await producer.disconnect()
  }
}
