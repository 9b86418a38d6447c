import { readHeaders } from '../../slabs/headers.ts'
import type { Slab } from '../../slabs/slab.ts'
import { ErrorCode } from '../kafka-error.ts'
import { partitionOfRow } from '../placement.ts'
import type { RecordProducer, TransportEvents } from '../ports.ts'
import {
  nativeProducer,
  Producer,
  WITHOUT_TOPIC_PROPERTIES,
  type NativeProducer,
  type ProducerClient,
  type Properties
} from './client.ts'
import { connectClient, disconnectClient, onError } from './connection.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { toNative } from './headers.ts'
import { OutputTopics } from './output-topics.ts'
import { ProducerEvents } from './producer-events.ts'

/** How long rows that are still queued may take when the producer is disconnected; after a drain there are none. */
const FLUSH_TIMEOUT_MS = 1_000

/**
 * How often the client says what has arrived. A row settles up to two intervals after its acknowledgement: at 100,000
 * rows a second, that is a sixth of what may be in flight. Statistics of a partition are 450 bytes of JSON, so that with
 * many partitions they are made less often: five partitions a millisecond keep them under 1 % of a core.
 */
const STATISTICS_INTERVAL_MS = 30
const PARTITIONS_PER_MS = 5

export interface ProducerOptions {
  readonly producerProperties: Properties
  readonly outputTopics: readonly string[]
  readonly events: TransportEvents
  readonly connectAttemptsMs?: readonly number[]
}

/** `RecordProducer` on kafka-javascript's raw `produce`; `Acknowledgements` says how it knows what has arrived. */
export class ConfluentProducer implements RecordProducer {
  readonly #properties: Properties
  readonly #attemptsMs: readonly number[] | undefined
  readonly #outputs: OutputTopics
  readonly #events: TransportEvents
  readonly #acknowledgements = new Acknowledgements()
  #client: ProducerClient | undefined
  #native: NativeProducer | undefined
  #closing: Promise<void> | undefined

  constructor({ producerProperties, outputTopics, events, connectAttemptsMs }: ProducerOptions) {
    if (producerProperties['enable.idempotence'] !== true) {
      throw new RangeError(
        'enable.idempotence must be true: what has arrived is told from the order that it guarantees'
      )
    }
    this.#properties = producerProperties
    this.#attemptsMs = connectAttemptsMs
    this.#outputs = new OutputTopics(outputTopics)
    this.#events = events
  }

  get outstanding(): number {
    return this.#acknowledgements.outstanding
  }

  async connect(): Promise<void> {
    await this.#connectWith(STATISTICS_INTERVAL_MS)
    const partitions = this.#outputs.partitions.reduce((sum, count) => sum + count, 0)
    const intervalMs = Math.ceil(partitions / PARTITIONS_PER_MS)
    if (intervalMs <= STATISTICS_INTERVAL_MS) return
    // How many there are is known only now, and a client's properties can't be changed.
    await this.#close()
    await this.#connectWith(intervalMs)
  }

  async #connectWith(statisticsIntervalMs: number): Promise<void> {
    const properties = {
      ...this.#properties,
      'delivery.report.only.error': true,
      'statistics.interval.ms': statisticsIntervalMs,
      dr_cb: true
    }
    const make = () => new Producer(properties, WITHOUT_TOPIC_PROPERTIES)
    const client = await connectClient('producer', make, this.#attemptsMs)
    this.#client = client
    const callbacks = new ProducerEvents(
      this.#acknowledgements,
      report => this.#events.delivered(report),
      message => this.#events.producerError({ code: ErrorCode.STATE, message, fatal: true })
    )
    client.on('delivery-report', callbacks.onReport)
    client.on('event.stats', callbacks.onStatistics)
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
      if (code === ErrorCode.NONE) this.#acknowledgements.add(topic, partition, batch)
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

  /** After `produce` has returned: its caller does not expect a report for a row that it does not know to be taken. */
  #refused(batch: number, code: number, topic: string): void {
    const error = { code, message: `the client refused a row for ${topic}: error ${code}` }
    setImmediate(() => this.#events.delivered({ batch, rows: 1, error }))
  }
}

function headersOf(slab: Slab, row: number): ReturnType<typeof toNative> {
  const start = slab.rowHeadersStart[row]
  return toNative(readHeaders(slab.bytes, start, start + slab.rowHeadersLength[row]))
}
