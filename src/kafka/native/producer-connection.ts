import type { Slab } from '../../slabs/slab.ts'
import type { Properties } from '../librdkafka/client-types.ts'
import type { MetadataSource } from '../librdkafka/output-topics.ts'
import type { Sunk } from '../librdkafka/row-sink.ts'
import { ErrorCode } from '../kafka-error.ts'
import type { ProduceFailure } from '../ports.ts'
import { flat, type Addon, type NativeEvent, type NativeProducerClient } from './addon.ts'
import { connectNative, type Connection } from './connection.ts'
import { placesFor } from './slab-places.ts'

export interface ProducerListener {
  /** So many rows of a batch were acknowledged, or have failed. */
  reported(batch: number, rows: number, failure: ProduceFailure | undefined): void
  error(error: ProduceFailure & { readonly fatal: boolean }): void
}

const NUMBERS_EACH = 3

/** A connected producer of the addon, with topics to write to. */
export class ProducerConnection implements MetadataSource {
  readonly #connection: Connection<NativeProducerClient>
  readonly #listener: ProducerListener
  readonly #describe: Addon['describe']
  #topics: readonly string[] = []

  static async open(
    addon: Addon,
    role: string,
    properties: Properties,
    listener: ProducerListener,
    attemptsMs?: readonly number[]
  ): Promise<ProducerConnection> {
    const given = flat(properties)
    const connection = await connectNative(role, woken => new addon.Producer(given, woken), attemptsMs)
    return new ProducerConnection(connection, listener, addon.describe)
  }

  private constructor(
    connection: Connection<NativeProducerClient>,
    listener: ProducerListener,
    describe: Addon['describe']
  ) {
    this.#connection = connection
    this.#listener = listener
    this.#describe = describe
    connection.listener = { woken: () => this.#tellDeliveries(), happened: event => this.#tellError(event) }
  }

  get client(): NativeProducerClient {
    return this.#connection.client
  }

  getMetadata(...call: Parameters<MetadataSource['getMetadata']>): void {
    this.#connection.getMetadata(...call)
  }

  counted(topics: readonly string[], partitions: readonly number[]): void {
    this.#topics = topics
    this.client.setOutputs(topics, partitions)
  }

  hand(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): Sunk {
    const { client } = this
    const row = client.produce(slab.bytes, placesFor(slab), firstRow, endRow, batch, inputPartition)
    if (row === endRow) return { row, code: ErrorCode.NONE, topic: '' }
    return { row, code: client.refusal ?? ErrorCode.STATE, topic: this.#topics[slab.rowOutput[row]] ?? '' }
  }

  /** Hands on what has happened already. */
  serve(): void {
    this.#connection.serve()
    if (!this.#connection.closed) this.#tellDeliveries()
  }

  close(role: string): Promise<void> {
    return this.#connection.close(role)
  }

  #tellDeliveries(): void {
    const deliveries = this.client.deliveries()
    if (deliveries === undefined) return
    for (let at = 0; at < deliveries.length; at += NUMBERS_EACH) {
      const [batch, code, rows] = deliveries.subarray(at, at + NUMBERS_EACH)
      const failure = code === ErrorCode.NONE ? undefined : { code, message: this.#describe(code) }
      this.#listener.reported(batch, rows, failure)
    }
  }

  #tellError(event: Exclude<NativeEvent, { type: 'log' }>): void {
    if (event.type !== 'error') return
    const { code, message, fatal } = event
    this.#listener.error({ code, message, fatal })
  }
}
