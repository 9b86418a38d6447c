import { connectionProperties } from '../config/client-properties.ts'
import { isRead } from '../config/inputs.ts'
import type { CoreSettings } from '../config/options.ts'
import { allPartitions } from '../kafka/all-partitions.ts'
import { ConfluentAdmin } from '../kafka/confluent/admin.ts'

/**
 * How many records of the input the group has not committed, as Kafka says. The only answer that holds whatever was left
 * from before and whoever else is in the group.
 */
export class GroupLag {
  readonly #settings: CoreSettings
  readonly #admin: ConfluentAdmin

  constructor(settings: CoreSettings) {
    this.#settings = settings
    this.#admin = new ConfluentAdmin(connectionProperties(settings))
  }

  connect(): Promise<void> {
    return this.#admin.connect()
  }

  async read(): Promise<number> {
    const { groupId } = this.#settings
    const counts = await this.#admin.partitionCounts()
    const read = [...counts.keys()].filter(topic => isRead(this.#settings, topic))
    const partitions = read.flatMap(topic => allPartitions(topic, counts.get(topic) ?? 0))
    const begins = await this.#admin.beginningOffsets(partitions)
    const ends = await this.#admin.endOffsets(partitions)
    const committed = await this.#admin.committedOffsets(groupId, partitions)
    const at = (offsets: typeof ends) =>
      new Map(offsets.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
    const [beginOf, committedOf] = [at(begins), at(committed)]
    return ends.reduce((lag, { topic, partition, offset }) => {
      const name = `${topic}/${partition}`
      return lag + offset - Math.max(committedOf.get(name) ?? 0, beginOf.get(name) ?? 0)
    }, 0)
  }

  disconnect(): Promise<void> {
    return this.#admin.disconnect()
  }
}
