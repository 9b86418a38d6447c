/**
 * The login job on kafka-javascript's raw API, as its examples for throughput have it: `consume(n)` in a loop, failures
 * reported only, and a flush before each commit.
 */
import { RdKafka } from '@confluentinc/kafka-javascript'
import { job, Progress } from './job.ts'

const BATCH = 1000
const WAIT_MS = 100
/** Young garbage dies young: with more under way each record costs more. */
const UNDER_WAY_AT_MOST = 40_000
const FLUSH_TIMEOUT_MS = 30_000

const consumer = new RdKafka.KafkaConsumer(
  {
    'bootstrap.servers': job.brokers,
    'group.id': job.group,
    'enable.auto.commit': false,
    'enable.auto.offset.store': false
  },
  { 'auto.offset.reset': 'earliest' }
)
const producer = new RdKafka.Producer({
  'bootstrap.servers': job.brokers,
  'enable.idempotence': true,
  'compression.type': 'lz4',
  'linger.ms': 20,
  'batch.size': 1_000_000,
  'queue.buffering.max.messages': UNDER_WAY_AT_MOST * 2,
  'delivery.report.only.error': true,
  dr_cb: true
} as object)

const connected = (client: typeof consumer | typeof producer): Promise<void> =>
  new Promise((resolve, reject) => {
    client.connect({}, error => (error ? reject(new Error(error.message)) : resolve()))
  })

let failure: Error | undefined
producer.on('delivery-report', error => (failure ??= new Error(error.message)))
await connected(producer)
producer.setPollInterval(20)
await connected(consumer)
consumer.setDefaultConsumeTimeout(WAIT_MS)
// Its types leave this one out. Without it the timeout is that of each message.
const { setDefaultIsTimeoutOnlyForFirstMessage: forFirstOnly } = consumer as unknown as Record<
  string,
  (this: unknown, on: boolean) => void
>
forFirstOnly.call(consumer, true)
consumer.subscribe([job.input])

const consumed = (): Promise<RdKafka.Message[]> =>
  new Promise((resolve, reject) => {
    consumer.consume(BATCH, (error, messages) => (error ? reject(new Error(error.message)) : resolve(messages)))
  })
/** All that was handed over is acknowledged or has failed. */
const flushed = (): Promise<void> =>
  new Promise((resolve, reject) => {
    producer.flush(FLUSH_TIMEOUT_MS, error => {
      const reason = error ? new Error(error.message) : failure
      if (reason) reject(reason)
      else resolve()
    })
  })

const progress = new Progress()
/** By partition: the last offset of those that are under way, and how many there are. */
const underWay = new Map<number, { offset: number; records: number }>()
let rows = 0
while (!progress.isDone) {
  for (const { partition, offset, value, key, headers } of await consumed()) {
    const row = progress.take(value)
    const bytes = row.value === null ? null : Buffer.from(row.value)
    producer.produce(row.topic, null, bytes, key, undefined, undefined, headers)
    underWay.set(partition, { offset, records: (underWay.get(partition)?.records ?? 0) + 1 })
    rows++
  }
  if (rows < UNDER_WAY_AT_MOST && !progress.isAllTaken && !progress.isCommitDue) continue
  await flushed()
  for (const [partition, { offset, records }] of underWay) progress.acknowledged(partition, offset, records)
  underWay.clear()
  rows = 0
  if (progress.isCommitDue) consumer.commitSync(progress.offsets())
}
progress.print('kafka-javascript-raw')
process.exit()
