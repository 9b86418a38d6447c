import type { BatchSource } from '../../../src/generator/batch-source.ts'
import type { BulkProducer, BulkRecord } from '../../../src/kafka/confluent/bulk-producer.ts'
import type { OutgoingHeader } from '../../../src/kafka/confluent/headers.ts'

export interface Collected {
  readonly key: string | null
  readonly value: string | null
  readonly timestampMs: number
  readonly headers: readonly string[]
}

/** In place of the client: copies what it is given, as the client does, and is full as often as one likes. */
export class CollectingProducer {
  readonly records: Collected[] = []
  #full: () => boolean

  constructor(full: () => boolean = () => false) {
    this.#full = full
  }

  get asProducer(): BulkProducer {
    return this as unknown as BulkProducer
  }

  produce(
    value: Uint8Array | null,
    key: Uint8Array | null,
    timestampMs: number,
    headers: readonly OutgoingHeader[] | undefined
  ): boolean {
    if (this.#full()) return false
    const named = (headers ?? []).flatMap(header =>
      Object.entries(header).map(([name, text]) => `${name}=${textOf(text)}`)
    )
    this.records.push({ key: key && textOf(key), value: value && textOf(value), timestampMs, headers: named })
    return true
  }

  send({ key, value, headers, timestampMs }: BulkRecord): boolean {
    return this.produce(
      value,
      key,
      timestampMs,
      headers.map(header => ({ [header.name]: header.value }))
    )
  }
}

function textOf(bytes: Uint8Array | string): string {
  return typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1')
}

/** Everything that a source has. */
export async function collect(source: BatchSource): Promise<Collected[]> {
  const producer = new CollectingProducer()
  for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
    for (let index = 0; index < batch.count; index++) batch.send(index, producer.asProducer)
    batch.release()
  }
  await source.close()
  return producer.records
}
