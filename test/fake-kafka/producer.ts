import { ErrorCode, KafkaError } from '../../src/kafka/kafka-error.ts'
import { partitionOfRow } from '../../src/kafka/placement.ts'
import type { DeliveryReport, RecordProducer, TopicPartition, TransportEvents } from '../../src/kafka/ports.ts'
import { readRow } from '../../src/slabs/reader.ts'
import type { Slab } from '../../src/slabs/slab.ts'
import type { FakeCluster, FakeError } from './cluster.ts'
import type { NewRecord } from './log.ts'

interface QueuedRow extends TopicPartition {
  readonly batch: number
  readonly record: Required<NewRecord>
}

export class FakeProducer implements RecordProducer {
  readonly #cluster: FakeCluster
  readonly #outputTopics: readonly string[]
  readonly #events: TransportEvents
  #queue: QueuedRow[] = []
  #scheduled = false
  #connected = false

  constructor(cluster: FakeCluster, outputTopics: readonly string[], events: TransportEvents) {
    this.#cluster = cluster
    this.#outputTopics = outputTopics
    this.#events = events
  }

  get outstanding(): number {
    return this.#queue.length
  }

  async connect(): Promise<void> {
    if (this.#cluster.down !== undefined) {
      throw new KafkaError(ErrorCode.TRANSPORT, `the producer can't connect: ${this.#cluster.down}`)
    }
    const missing = this.#outputTopics.filter(topic => this.#cluster.partitionsOf(topic) === 0)
    if (missing.length > 0) {
      throw new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `no such output topic: "${missing.join('", "')}"`)
    }
    this.#connected = true
  }

  produce(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): number {
    let row = firstRow
    for (; row < endRow && this.#queue.length < this.#cluster.queueRows; row++) {
      const topic = this.#outputTopics[slab.rowOutput[row]]
      const partition = partitionOfRow(slab, row, inputPartition, this.#cluster.partitionsOf(topic))
      this.#queue.push({ topic, partition, batch, record: copyOf(slab, row) })
    }
    this.#schedule()
    return row
  }

  async disconnect(): Promise<void> {
    this.#connected = false
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (this.#connected && !this.#cluster.waitsForAcknowledgement(() => this.#schedule())) this.#acknowledge()
    })
  }

  #acknowledge(): void {
    const queue = this.#queue
    this.#queue = []
    const reports = new Map<string, DeliveryReport>()
    for (const row of queue) {
      const error = this.#write(row)
      const name = `${row.batch} ${error?.code ?? ''}`
      const rows = (reports.get(name)?.rows ?? 0) + 1
      reports.set(name, error === undefined ? { batch: row.batch, rows } : { batch: row.batch, rows, error })
    }
    for (const report of reports.values()) this.#events.delivered(report)
  }

  #write({ topic, partition, record }: QueuedRow): FakeError | undefined {
    const error = this.#cluster.refuse({ topic, partition, key: record.key, value: record.value })
    if (error === undefined) this.#cluster.append(topic, partition, record)
    return error
  }
}

function copyOf(slab: Slab, row: number): Required<NewRecord> {
  const { timestampMs, key, value, headers } = readRow(slab, row)
  return {
    timestampMs: timestampMs > 0 ? timestampMs : Date.now(),
    key: key && Buffer.from(key),
    value: value && Buffer.from(value),
    headers: headers.map(header => ({ name: header.name, value: Buffer.from(header.value) }))
  }
}
