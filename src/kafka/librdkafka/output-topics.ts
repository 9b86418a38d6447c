import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { ClientError } from './client-types.ts'

const REFRESH_INTERVAL_MS = 60_000
const METADATA_TIMEOUT_MS = 10_000

/** A client that can ask the brokers which topics there are. */
export interface MetadataSource {
  getMetadata(options: { readonly allTopics: boolean; readonly timeout: number }, callback: MetadataCallback): unknown
  /** Told what has been found, by a transport that places rows by itself. */
  counted?(topics: readonly string[], partitions: readonly number[]): void
}

type MetadataCallback = (
  error: ClientError,
  metadata: { readonly topics: readonly { readonly name: string; readonly partitions: { readonly length: number } }[] }
) => void

/** The number of partitions of each output topic, kept up to date: topics may be given more while they are used. */
export class OutputTopics {
  readonly names: readonly string[]
  /** By output index. */
  readonly partitions: number[]
  #timer: NodeJS.Timeout | undefined

  constructor(names: readonly string[]) {
    this.names = names
    this.partitions = names.map(() => 0)
  }

  /** Rejects if a topic does not exist: what a pipeline writes to is set up on purpose, not by a misspelt name. */
  async start(client: MetadataSource): Promise<void> {
    await this.#refresh(client)
    const missing = this.names.filter((_, output) => this.partitions[output] === 0)
    if (missing.length > 0) {
      const named = [...new Set(missing)].map(name => `"${name}"`).join(', ')
      throw new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `no such output topic: ${named}; create it first`)
    }
    // A failed refresh leaves the counts as they are; the client reports a broker that is away by itself.
    this.#timer = setInterval(() => void this.#refresh(client).catch(() => undefined), REFRESH_INTERVAL_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #refresh(client: MetadataSource): Promise<void> {
    const counts = await partitionCounts(client)
    this.names.forEach((name, output) => {
      this.partitions[output] = counts.get(name) ?? this.partitions[output]
    })
    client.counted?.(this.names, this.partitions)
  }
}

/** Asks for all topics: asking for one by name creates it where the broker may create topics by itself. */
export function partitionCounts(
  client: MetadataSource,
  timeoutMs = METADATA_TIMEOUT_MS
): Promise<ReadonlyMap<string, number>> {
  return new Promise((resolve, reject) => {
    client.getMetadata({ allTopics: true, timeout: timeoutMs }, (error: ClientError | null, metadata) => {
      if (error) reject(new KafkaError(error.code, `can't read the list of topics: ${error.message}`))
      else resolve(new Map(metadata.topics.map(topic => [topic.name, topic.partitions.length])))
    })
  })
}
