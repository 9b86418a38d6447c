import { setTimeout as sleep } from 'node:timers/promises'
import { type BulkRecord, BulkProducer } from '../kafka/confluent/bulk-producer.ts'
import type { Properties } from '../kafka/confluent/client.ts'

/** Records between two turns of the event loop. */
const CHUNK = 2000
const TICK_MS = 1

/** Writes `count` records to a topic, the sample over and over, and resolves when all are acknowledged. */
export async function writeInput(
  properties: Properties,
  topic: string,
  sample: readonly BulkRecord[],
  count: number,
  stop: AbortSignal
): Promise<void> {
  await producing({ ...properties, 'linger.ms': 20 }, topic, async producer => {
    for (let sent = 0; sent < count; await sleep(0)) {
      stop.throwIfAborted()
      const until = Math.min(count, sent + CHUNK)
      while (sent < until && producer.send(sample[sent % sample.length])) sent++
    }
  })
}

/** The same at a steady rate. */
export async function writePaced(
  properties: Properties,
  topic: string,
  sample: readonly BulkRecord[],
  { count, rate }: { readonly count: number; readonly rate: number },
  stop: AbortSignal
): Promise<void> {
  // No linger: the writer is to add as little as it can to what is measured.
  await producing({ ...properties, 'linger.ms': 0 }, topic, async producer => {
    const startMs = performance.now()
    for (let sent = 0; sent < count; await sleep(TICK_MS)) {
      stop.throwIfAborted()
      const due = Math.min(count, Math.floor(((performance.now() - startMs) * rate) / 1000) + 1)
      while (sent < due && producer.send(sample[sent % sample.length])) sent++
    }
  })
}

async function producing(
  properties: Properties,
  topic: string,
  produce: (producer: BulkProducer) => Promise<void>
): Promise<void> {
  const producer = new BulkProducer(properties, topic)
  await producer.connect()
  try {
    await produce(producer)
    await producer.flush()
  } finally {
    await producer.disconnect()
  }
}
