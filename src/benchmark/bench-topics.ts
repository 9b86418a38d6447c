import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AdminClient } from '../kafka/admin.ts'
import { ErrorCode, type KafkaError } from '../kafka/kafka-error.ts'

/** Begins the names of all topics and groups of a bench. */
export const BENCH_PREFIX = 'millrace-bench-'

/**
 * Where a bench is killed before it could delete its topics, they empty themselves. The brokers' own time, as records
 * with old timestamps would be deleted at once.
 */
const CONFIG = { 'retention.ms': '3600000', 'message.timestamp.type': 'LogAppendTime' }
const BROKERS_CHOOSE = -1
const KNOWN_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 50

/** Topics and groups of one bench: under names that nobody else has, and gone when it is over. */
export class BenchTopics {
  readonly #admin: AdminClient
  readonly #tag = `${BENCH_PREFIX}${randomBytes(5).toString('hex')}`
  readonly #topics = new Set<string>()
  readonly #groups = new Set<string>()
  #count = 0

  constructor(admin: AdminClient) {
    this.#admin = admin
  }

  /** What all of its names begin with. */
  get tag(): string {
    return this.#tag
  }

  async create(purpose: string, partitions: number): Promise<string> {
    const topic = this.#name(purpose)
    this.#topics.add(topic)
    await this.#admin.createTopics([{ topic, partitions, replicationFactor: BROKERS_CHOOSE, config: CONFIG }])
    await untilKnown(this.#admin, [topic], partitions)
    return topic
  }

  /** A group that has no offsets. */
  newGroup(): string {
    const group = this.#name('group')
    this.#groups.add(group)
    return group
  }

  async remove(topics: Iterable<string>): Promise<void> {
    for (const topic of topics) {
      await this.#admin.deleteTopics([topic])
      this.#topics.delete(topic)
    }
  }

  /** Removes everything that is left. */
  async removeAll(): Promise<void> {
    await this.remove([...this.#topics])
    for (const group of this.#groups) {
      await this.#admin.deleteGroup(group).catch(ifStillMember)
    }
  }

  #name(purpose: string): string {
    return `${this.#tag}-${++this.#count}-${purpose}`
  }
}

/** Topics are created somewhat before they can be used. */
export async function untilKnown(
  admin: Pick<AdminClient, 'partitionCounts'>,
  topics: readonly string[],
  partitions: number
): Promise<void> {
  const untilMs = performance.now() + KNOWN_WITHIN_MS
  for (;;) {
    const counts = await admin.partitionCounts()
    const missing = topics.find(topic => counts.get(topic) !== partitions)
    if (missing === undefined) return
    if (performance.now() > untilMs) throw new Error(`topic ${missing} was created and can't be seen`)
    await sleep(LOOK_EVERY_MS)
  }
}

/** A trial that was killed is a member until its session ends; the group holds nothing, and expires. */
function ifStillMember(error: unknown): void {
  if ((error as KafkaError).code !== ErrorCode.NON_EMPTY_GROUP) throw error
}
