/** The login job on @platformatic/kafka: a stream of messages, sent on in batches. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  Consumer,
  type Message,
  type MessageToProduce,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
  Producer
} from '@platformatic/kafka'
import { job, Progress } from './job.ts'

const BATCH = 5000
const LINGER_MS = 20

const bootstrapBrokers = job.brokers.split(',')
const producer = new Producer({ clientId: 'login-job', bootstrapBrokers, idempotent: true, compression: 'lz4' })
const consumer = new Consumer({ clientId: 'login-job', groupId: job.group, bootstrapBrokers, maxWaitTime: 100 })
const stream = await consumer.consume({
  topics: [job.input],
  autocommit: false,
  mode: MessagesStreamModes.COMMITTED,
  fallbackMode: MessagesStreamFallbackModes.EARLIEST,
  highWaterMark: BATCH
})

let collected: Message[] = []
stream.on('data', message => {
  collected.push(message)
  if (collected.length >= BATCH) stream.pause()
})
stream.on('error', error => {
  throw error
})

const progress = new Progress()
while (!progress.isDone) {
  if (collected.length < BATCH) await sleep(LINGER_MS)
  const batch = collected
  collected = []
  stream.resume()
  if (batch.length > 0) await sendOn(batch)
  if (progress.isCommitDue) await commit()
}
progress.print('platformatic')
process.exit()

async function sendOn(batch: typeof collected): Promise<void> {
  const messages: MessageToProduce[] = batch.map(({ key, value: given, headers }) => {
    const { topic, value } = progress.take(given)
    return { topic, key, headers, value: typeof value === 'string' ? Buffer.from(value) : (value ?? undefined) }
  })
  await producer.send({ messages, acks: -1 })
  const last = Map.groupBy(batch, ({ partition }) => partition)
  for (const [partition, of] of last) progress.acknowledged(partition, Number(of[of.length - 1].offset), of.length)
}

async function commit(): Promise<void> {
  const offsets = progress.offsets().map(({ topic, partition, offset }) => ({
    topic,
    partition,
    offset: BigInt(offset),
    leaderEpoch: 0
  }))
  if (offsets.length > 0) await consumer.commit({ offsets })
}
