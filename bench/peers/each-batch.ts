import { Progress } from './job.ts'

/** A fetch may bring more than a request can take: KafkaJS sends all rows of a partition as one batch, of at most 1 MB. */
const SENT_TOGETHER = 2_000

/** What an `eachBatch` handler is given, by KafkaJS and by the client whose API is made after it. */
export interface GivenBatch {
  readonly batch: { readonly partition: number; readonly messages: readonly Message[] }
  resolveOffset(offset: string): void
  heartbeat(): Promise<void>
}

interface Message {
  readonly offset: string
  readonly key?: Buffer | null
  readonly value: Buffer | null
  readonly headers?: Headers
}

type Headers = Record<string, Buffer | string | (Buffer | string)[] | undefined>

export interface TopicRows {
  readonly topic: string
  readonly messages: { key: Buffer | null; value: Buffer | string | null; headers: Headers | undefined }[]
}

export interface EachBatchClients {
  /** Resolves when all rows are acknowledged. */
  sendBatch(topicMessages: TopicRows[]): Promise<unknown>
  commitOffsets(offsets: { topic: string; partition: number; offset: string }[]): Promise<unknown>
}

/**
 * The login job as an `eachBatch` handler: what comes of a batch is acknowledged before the next batch of its partition.
 * Several partitions are under way at once.
 */
export function eachBatch(peer: string, clients: EachBatchClients): (given: GivenBatch) => Promise<void> {
  const progress = new Progress()
  return async ({ batch: { partition, messages }, resolveOffset, heartbeat }) => {
    const last = messages[messages.length - 1].offset
    for (let first = 0; first < messages.length; first += SENT_TOGETHER) {
      await clients.sendBatch(rowsOf(messages.slice(first, first + SENT_TOGETHER), progress))
    }
    progress.acknowledged(partition, Number(last), messages.length)
    resolveOffset(last)
    await heartbeat()
    if (!progress.isCommitDue) return
    const offsets = progress
      .offsets()
      .map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) }))
    await clients.commitOffsets(offsets)
    if (!progress.isDone) return
    progress.print(peer)
    process.exit()
  }
}

function rowsOf(messages: readonly Message[], progress: Progress): TopicRows[] {
  const rows = new Map<string, TopicRows['messages']>()
  for (const { key = null, value: given, headers } of messages) {
    const { topic, value } = progress.take(given)
    const ofTopic = rows.get(topic)
    if (ofTopic === undefined) rows.set(topic, [{ key, value, headers }])
    else ofTopic.push({ key, value, headers })
  }
  return [...rows].map(([topic, of]) => ({ topic, messages: of }))
}
