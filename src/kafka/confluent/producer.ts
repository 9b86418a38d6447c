import { readHeaders } from '../../slabs/headers.ts'
import type { Slab } from '../../slabs/slab.ts'
import { ErrorCode } from '../kafka-error.ts'
import { partitionOfRow } from '../placement.ts'
import type { RecordProducer, TransportEvents } from '../ports.ts'
import {
  nativeProducer,
  Producer,
  WITHOUT_TOPIC_PROPERTIES,
  type ClientError,
  type NativeProducer,
  type ProducerClient,
  type Properties
} from './client.ts'
import { connectClient, disconnectClient, onError } from './connection.ts'
import { DeliveryQueues } from './delivery-queues.ts'
import { toNative } from './headers.ts'
import { OutputTopics } from './output-topics.ts'

/** How long rows that are still queued may take when the producer is disconnected. */
const FLUSH_TIMEOUT_MS = 5_000

interface Report {
  readonly topic: string
  readonly partition: number
}

export interface ProducerOptions {
  readonly producerProperties: Properties
  readonly outputTopics: readonly string[]
  readonly events: TransportEvents
  readonly connectAttemptsMs?: readonly number[]
}

/** `RecordProducer` on kafka-javascript's raw `produce`, with a delivery report a row. */
export class ConfluentProducer implements RecordProducer {
  readonly #properties: Properties
  readonly #attemptsMs: readonly number[] | undefined
  readonly #outputs: OutputTopics
  readonly #events: TransportEvents
  readonly #queues = new DeliveryQueues()
  #client: ProducerClient | undefined
  #native: NativeProducer | undefined
  #flushing = false
  #closing: Promise<void> | undefined

  constructor({ producerProperties, outputTopics, events, connectAttemptsMs }: ProducerOptions) {
    if (producerProperties['enable.idempotence'] !== true) {
      throw new RangeError('enable.idempotence must be true: reports are matched by the order that it guarantees')
    }
    this.#properties = producerProperties
    this.#attemptsMs = connectAttemptsMs
    this.#outputs = new OutputTopics(outputTopics)
    this.#events = events
  }

  get outstanding(): number {
    return this.#queues.outstanding
  }

  async connect(): Promise<void> {
    const make = () => new Producer({ ...this.#properties, dr_cb: true }, WITHOUT_TOPIC_PROPERTIES)
    const client = await connectClient('producer', make, this.#attemptsMs)
    this.#client = client
    client.on('delivery-report', this.#onReport)
    onError(client, error => this.#events.producerError(error))
    // Before the client is connected this would be a segmentation fault.
    client.setPollInBackground(true)
    await this.#outputs.start(client)
    this.#native = nativeProducer(client)
  }

  produce(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): number {
    for (let row = firstRow; row < endRow; row++) {
      const output = slab.rowOutput[row]
      const topic = this.#outputs.names[output]
      const partition = partitionOfRow(slab, row, inputPartition, this.#outputs.partitions[output])
      const code = this.#hand(slab, row, topic, partition)
      if (code === ErrorCode.NONE) this.#queues.add(topic, partition, batch)
      else if (code === ErrorCode.QUEUE_FULL) return row
      else this.#refused(batch, code, topic)
    }
    return endRow
  }

  disconnect(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#outputs.stop()
    this.#native = undefined
    if (this.#client !== undefined) await disconnectClient(this.#client, 'producer', FLUSH_TIMEOUT_MS)
  }

  #hand(slab: Slab, row: number, topic: string, partition: number): number {
    if (this.#native === undefined) return ErrorCode.STATE
    const valueLength = slab.rowValueLength[row]
    const keyLength = slab.rowKeyLength[row]
    // The client takes 0 for "now" and has no word for "none", which a record of an old format may bring.
    const timestampMs = Math.max(slab.rowTimestampOf(row), 0)
    return this.#native.produce(
      topic,
      partition,
      valueLength < 0 ? null : new Uint8Array(slab.memory, slab.rowValueStart[row], valueLength),
      keyLength < 0 ? null : new Uint8Array(slab.memory, slab.rowKeyStart[row], keyLength),
      timestampMs,
      undefined,
      slab.rowHeadersLength[row] === 0 ? undefined : headersOf(slab, row)
    )
  }

  #refused(batch: number, code: number, topic: string): void {
    this.#queues.refused(batch, { code, message: `the client refused a row for ${topic}: error ${code}` })
    this.#flushSoon()
  }

  readonly #onReport = (error: ClientError | null, { topic, partition }: Report): void => {
    if (!this.#queues.report(topic, partition, error)) {
      const message = `a delivery report for ${topic}/${partition} without a row under way`
      this.#events.producerError({ code: ErrorCode.STATE, message, fatal: true })
    }
    this.#flushSoon()
  }

  /** Reports come a hundred a turn of the event loop, each in a call of its own; a batch is told once a turn. */
  #flushSoon(): void {
    if (this.#flushing) return
    this.#flushing = true
    setImmediate(this.#flush)
  }

  readonly #flush = (): void => {
    this.#flushing = false
    this.#queues.flush(report => this.#events.delivered(report))
  }
}

function headersOf(slab: Slab, row: number) {
  const start = slab.rowHeadersStart[row]
  return toNative(readHeaders(slab.bytes, start, start + slab.rowHeadersLength[row]))
}
