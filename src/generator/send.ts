import { setTimeout as sleep } from 'node:timers/promises'
import type { BulkProducer } from '../kafka/confluent/bulk-producer.ts'
import type { BatchSource } from './batch-source.ts'

/** So long is waited for the client's queue to empty, or for records to be due. */
const TICK_MS = 5

export interface SendTerms {
  /** Records a second; 0 is as fast as the client takes them. */
  readonly rate: number
  /** So many are sent at most. */
  readonly limit: number
  readonly stop: AbortSignal
  report(sent: number): void
}

/** Sends what a source has, and answers how much that was; some of it may still be in the client's queue. */
export async function sendAll(source: BatchSource, producer: BulkProducer, terms: SendTerms): Promise<number> {
  const { rate, limit, stop, report } = terms
  const startMs = performance.now()
  const due = () => (rate === 0 ? limit : Math.min(limit, Math.ceil(((performance.now() - startMs) * rate) / 1000)))
  let sent = 0
  for (let batch = await source.next(); batch !== undefined && sent < limit; batch = await source.next()) {
    for (let index = 0; index < batch.count && sent < limit;) {
      if (stop.aborted) return sent
      const until = Math.min(batch.count, index + due() - sent)
      while (index < until && batch.send(index, producer)) {
        index++
        sent++
      }
      report(sent)
      if (index < batch.count) await sleep(TICK_MS)
    }
    batch.release()
    await new Promise(setImmediate)
  }
  return sent
}
