import { ErrorCode, KafkaError } from '../../src/kafka/kafka-error.ts'
import { partitionOfRow } from '../../src/kafka/placement.ts'
import type {
  DeliveryReport,
  ProduceFailure,
  RecordProducer,
  TopicPartition,
  TransportEvents
} from '../../src/kafka/ports.ts'
import { readRow } from '../../src/slabs/reader.ts'
import type { Slab } from '../../src/slabs/slab.ts'
import type { FakeCluster, KnownProducer } from './cluster.ts'
import { nameOf, type NewRecord } from './log.ts'
import type { FakeTransactions } from './transactions.ts'

export const FENCED = { code: -144, message: 'this producer was fenced by another one of its transactional.id' }
const GIVEN_UP = { code: -152, message: 'given up when another row failed' }
const TIMED_OUT = { code: -192, message: 'message timed out' }

export interface Row extends TopicPartition {
  readonly record: Required<NewRecord>
}

interface QueuedRow extends Row {
  readonly batch: number
  /** Of a row that was sent alone. */
  readonly resolve?: (failure: ProduceFailure | undefined) => void
}

export class FakeProducer implements RecordProducer, KnownProducer {
  readonly #cluster: FakeCluster
  readonly #outputTopics: readonly string[]
  readonly #events: TransportEvents
  readonly #transactions: FakeTransactions | undefined
  #queue: QueuedRow[] = []
  /** Written, and told at the next turn. */
  #arrived: QueuedRow[] = []
  /** A row has failed, and not everything that was handed over before has been told yet. */
  #clearing = false
  #scheduled = false
  #connected = false

  constructor(
    cluster: FakeCluster,
    outputTopics: readonly string[],
    events: TransportEvents,
    transactions?: FakeTransactions
  ) {
    this.#cluster = cluster
    this.#outputTopics = outputTopics
    this.#events = events
    this.#transactions = transactions
    transactions?.attach(this)
  }

  get outstanding(): number {
    return this.#queue.length + this.#arrived.length
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
    this.#cluster.admit(this, this.#transactions?.id)
  }

  produce(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): number {
    if (this.#clearing || this.#transactions?.taking === false) return firstRow
    let row = firstRow
    for (; row < endRow && this.outstanding < this.#cluster.queueRows; row++) {
      this.#queue.push({ batch, ...this.#rowOf(slab, row, inputPartition) })
    }
    this.#schedule()
    return row
  }

  produceAlone(slab: Slab, row: number, inputPartition: number): Promise<ProduceFailure | undefined> {
    if (this.#transactions !== undefined) {
      return Promise.reject(new KafkaError(ErrorCode.STATE, 'rows of a transaction are not sent alone'))
    }
    return new Promise(resolve => {
      this.#queue.push({ batch: 0, resolve, ...this.#rowOf(slab, row, inputPartition) })
      this.#schedule()
    })
  }

  timeOut(partition: TopicPartition, arrived: boolean): void {
    const rows = this.#queue.filter(row => nameOf(row) === nameOf(partition))
    this.#queue = this.#queue.filter(row => nameOf(row) !== nameOf(partition))
    if (arrived) for (const row of rows) this.#write(row)
    this.#fail(rows, () => TIMED_OUT)
  }

  /** For transactions: forgets what is under way. */
  purge(): void {
    this.#queue = []
    this.#arrived = []
    this.#clearing = false
  }

  async disconnect(): Promise<void> {
    this.#connected = false
    this.#cluster.dismiss(this)
  }

  #schedule(): void {
    if (this.#scheduled || (this.outstanding === 0 && !this.#clearing)) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (this.outstanding === 0) this.#clearing = false
      else if (this.#connected && !this.#cluster.waitsForAcknowledgement(() => this.#schedule())) this.#answer()
    })
  }

  /** Failures are told a turn before what has arrived, so that there is something to wait for after one. */
  #answer(): void {
    this.#tell(this.#arrived.splice(0))
    const request = this.#nextRequest()
    const failures = this.#judge(request)
    if (failures.size === 0) {
      for (const row of request) this.#write(row)
      this.#tell(request)
    } else {
      this.#failTogether(request, failures)
    }
    this.#schedule()
  }

  #failTogether(request: readonly QueuedRow[], failures: ReadonlyMap<string, ProduceFailure>): void {
    const { bystanders } = this.#cluster
    const others = request.filter(row => !failures.has(nameOf(row)))
    if (bystanders !== 'given up') for (const row of others) this.#write(row)
    if (bystanders === 'acknowledged') this.#arrived = others
    const failed = bystanders === 'acknowledged' ? request.filter(row => failures.has(nameOf(row))) : request
    this.#fail(failed, row => failures.get(nameOf(row)) ?? GIVEN_UP)
    this.#giveUpTheRest()
  }

  /** A client of which a row was refused sends nothing that it had been given behind it; rows sent alone have another client. */
  #giveUpTheRest(): void {
    const left = this.#queue.filter(({ resolve }) => resolve === undefined)
    this.#queue = this.#queue.filter(({ resolve }) => resolve !== undefined)
    this.#fail(left, () => GIVEN_UP)
  }

  /** All rows up to the next one that was sent alone, or that one. */
  #nextRequest(): QueuedRow[] {
    if (this.#transactions?.alone === true) return this.#queue.splice(0, 1)
    const alone = this.#queue.findIndex(row => row.resolve !== undefined)
    return this.#queue.splice(0, alone < 0 ? this.#queue.length : Math.max(alone, 1))
  }

  /** By partition, the failure of its batch: that of the first row that is refused. */
  #judge(request: readonly QueuedRow[]): Map<string, ProduceFailure> {
    const failures = new Map<string, ProduceFailure>()
    const fenced = this.#transactions?.fenced ? FENCED : undefined
    for (const row of request) {
      if (failures.has(nameOf(row))) continue
      const { topic, partition, record } = row
      const failure = fenced ?? this.#cluster.refuse({ topic, partition, ...record })
      if (failure !== undefined) failures.set(nameOf(row), failure)
    }
    return failures
  }

  #fail(rows: readonly QueuedRow[], failureOf: (row: QueuedRow) => ProduceFailure | undefined): void {
    if (rows.length === 0) return
    this.#clearing ||= rows.some(row => row.resolve === undefined)
    this.#tell(rows, failureOf)
    this.#schedule()
  }

  #tell(rows: readonly QueuedRow[], failureOf?: (row: QueuedRow) => ProduceFailure | undefined): void {
    const reports = new Map<string, DeliveryReport>()
    for (const row of rows) {
      const error = failureOf?.(row)
      if (row.resolve !== undefined) row.resolve(error)
      else if (this.#transactions === undefined) count(reports, row.batch, error)
      else if (error !== undefined) this.#transactions.fail(error, row.batch)
    }
    for (const report of reports.values()) this.#events.delivered(report)
  }

  #write(row: Row): void {
    if (this.#transactions === undefined) this.#cluster.append(row.topic, row.partition, row.record)
    else this.#transactions.add(row)
  }

  #rowOf(slab: Slab, row: number, inputPartition: number): Row {
    const topic = this.#outputTopics[slab.rowOutput[row]]
    const partition = partitionOfRow(slab, row, inputPartition, this.#cluster.partitionsOf(topic))
    return { topic, partition, record: copyOf(slab, row) }
  }
}

function count(reports: Map<string, DeliveryReport>, batch: number, error: ProduceFailure | undefined): void {
  const name = `${batch} ${error?.code ?? ''}`
  const rows = (reports.get(name)?.rows ?? 0) + 1
  reports.set(name, error === undefined ? { batch, rows } : { batch, rows, error })
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
