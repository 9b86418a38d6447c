import { allPartitions } from '../../src/kafka/all-partitions.ts'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import { KafkaConsumer, WITHOUT_TOPIC_PROPERTIES, type ConsumerClient } from '../../src/kafka/confluent/client.ts'
import { connectClient, disconnectClient } from '../../src/kafka/confluent/connection.ts'

const TIMEOUT_MS = 5000

/**
 * What a group has committed, seen by a consumer that never joins. Not by an admin client: of one that lived while brokers
 * died, librdkafka 2.15 has aborted the process ("eonce->refcnt > 0").
 */
export class GroupView {
  readonly #client: ConsumerClient

  static async open(bootstrap: string, group: string): Promise<GroupView> {
    const properties = {
      'bootstrap.servers': bootstrap,
      'group.id': group,
      'reconnect.backoff.max.ms': 500,
      'enable.auto.commit': false,
      // What an open transaction may change is told as it is without it, and need not be waited for.
      'isolation.level': 'read_uncommitted' as const
    }
    return new GroupView(
      await connectClient('group view', () => new KafkaConsumer(properties, WITHOUT_TOPIC_PROPERTIES))
    )
  }

  private constructor(client: ConsumerClient) {
    this.#client = client
  }

  /** The next offset to read by partition, -1 where nothing has been committed. Rejects while brokers can't answer. */
  committed(topic: string, partitions: number): Promise<number[]> {
    const asked = allPartitions(topic, partitions)
    return new Promise((resolve, reject) => {
      this.#client.committed(asked, TIMEOUT_MS, (error, positions) => {
        if (error) return reject(new Error(error.message))
        const sorted = positions.toSorted((a, b) => a.partition - b.partition)
        resolve(sorted.map(({ offset }) => Math.max(-1, offset ?? -1)))
      })
    })
  }

  close(): Promise<void> {
    return disconnectClient(this.#client, 'group view')
  }
}

/**
 * The offset behind the last record of each partition, by a client made for this: one that has seen brokers die may hold
 * on to leaders that are none any more.
 */
export async function endsOf(bootstrap: string, topic: string, partitions: number): Promise<number[]> {
  const admin = new ConfluentAdmin({ 'bootstrap.servers': bootstrap })
  await admin.connect()
  try {
    const ends = await admin.endOffsets(allPartitions(topic, partitions))
    return ends.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset)
  } finally {
    await admin.disconnect()
  }
}
