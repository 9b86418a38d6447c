import type { AssignedPartition, ConsumerEvent, TopicPartition } from '../ports.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { Epochs } from './epochs.ts'
import type { ClientError } from './client-types.ts'
import { nameOf, plain } from './partition-name.ts'

/** Where delivery begins; without an offset the client asks the group for it. */
type Start = AssignedPartition & { readonly offset?: number | undefined }

/** What a client of the group must be able to do. Each throws what has a code and a message. */
export interface GroupClient {
  /** `COOPERATIVE`, `EAGER`, or `NONE` before the first assignment. */
  rebalanceProtocol(): string
  assignmentLost(): boolean
  incrementalAssign(partitions: TopicPartition[]): unknown
  incrementalUnassign(partitions: TopicPartition[]): unknown
  assign(partitions: TopicPartition[]): unknown
  unassign(): unknown
}

/**
 * Answers the group's assignments and revocations. The client asks by a callback and then waits, delivering nothing,
 * until it is told to assign or unassign; here the callback only queues an event, and the answer comes when the
 * pipeline has drained.
 *
 * Why no record arrives under a wrong epoch:
 * 1. The client asks for partition 0 back. Some of its records may be on their way to this thread already.
 * 2. The callback takes away its epoch. Those records are dropped when they arrive; nobody has committed them.
 * 3. The pipeline drains, commits, and calls `unassign` between two polls: no answer of the client is on its way.
 * 4. Only then can partition 0 be assigned again, and its records come from the committed offset under a new epoch.
 */
export class Rebalance {
  readonly #assignment: Pick<Epochs, 'add' | 'remove'>
  readonly #events: ConsumerEvent[]
  readonly #dropPending: (partitions: readonly TopicPartition[]) => void
  #client: GroupClient | undefined
  /** What the group gave and `assign` has not yet named; the answer goes out when none is left. */
  #offered = new Map<string, TopicPartition>()
  #accepted: readonly TopicPartition[] = []
  /** What the group wants back and `unassign` has not yet named; the answer goes out when none is left. */
  #awaited = new Map<string, TopicPartition>()
  #revoked: readonly TopicPartition[] = []
  /** What the client has been told to assign. */
  readonly #held = new Map<string, TopicPartition>()
  #closing = false
  /** How often the group has taken this member for dead. */
  losses = 0

  constructor(
    assignment: Pick<Epochs, 'add' | 'remove'>,
    events: ConsumerEvent[],
    dropPending: (partitions: readonly TopicPartition[]) => void
  ) {
    this.#assignment = assignment
    this.#events = events
    this.#dropPending = dropPending
  }

  attach(client: GroupClient): void {
    this.#client = client
  }

  /** The client's `rebalance_cb`. What it throws would be lost, and the group would wait for an answer for ever. */
  readonly callback = (error: ClientError, partitions: readonly TopicPartition[]): void => {
    try {
      if (error.code === ErrorCode.ASSIGN_PARTITIONS) this.#onAssigned(partitions.map(plain))
      else this.#onRevoked(partitions.map(plain))
    } catch (thrown) {
      const { code = ErrorCode.STATE, message } = thrown as Partial<ClientError>
      this.#events.push({ type: 'error', code, message: `rebalance: ${message}`, fatal: false })
    }
  }

  assign(partitions: readonly Start[]): void {
    const accepted = partitions.filter(partition => this.#offered.delete(nameOf(partition)))
    // All of it has been taken back meanwhile, which is in the queue of events.
    if (accepted.length === 0) return
    // A `consume` that was under way when they left may have brought more of them.
    this.#dropPending(accepted)
    this.#assignment.add(accepted)
    this.#accepted = [...this.#accepted, ...accepted.map(startOf)]
    // An eager group's answer replaces the one before, so that the last of several would be all there is.
    if (this.#offered.size === 0) this.#tellAssigned(this.#accepted)
  }

  unassign(partitions: readonly TopicPartition[]): void {
    this.#stopDelivery(partitions)
    if (this.#awaited.size === 0) {
      this.#tellUnassigned(partitions.map(plain))
      return
    }
    for (const partition of partitions) this.#awaited.delete(nameOf(partition))
    // A part of an answer counts as the whole, and the rest would be taken while it still drains.
    if (this.#awaited.size === 0) this.#tellUnassigned(this.#revoked)
  }

  /**
   * From now on each revocation is answered at once: closing asks for everything back and waits for that. What has been
   * asked already is not asked again.
   */
  close(): void {
    this.#closing = true
    try {
      if (this.#offered.size > 0) this.#tellAssigned([])
      if (this.#awaited.size > 0) this.#tellUnassigned(this.#revoked)
    } catch (error) {
      // The client may have failed for good, and then waits for nothing.
      if (!(error instanceof KafkaError)) throw error
    }
  }

  #onAssigned(partitions: readonly TopicPartition[]): void {
    if (partitions.length === 0 || this.#closing) {
      this.#tellAssigned([])
      return
    }
    this.#offered = new Map(partitions.map(partition => [nameOf(partition), partition]))
    this.#accepted = []
    this.#events.push({ type: 'assigned', partitions })
  }

  #onRevoked(partitions: readonly TopicPartition[]): void {
    if (partitions.length === 0 || this.#closing) {
      this.#tellUnassigned(partitions)
      return
    }
    const lost = this.#client!.assignmentLost()
    if (lost) this.losses++
    // What was offered and not accepted yet is no longer ours to accept.
    for (const partition of partitions) this.#offered.delete(nameOf(partition))
    this.#stopDelivery(partitions)
    this.#revoked = partitions
    this.#awaited = new Map(partitions.map(partition => [nameOf(partition), partition]))
    this.#events.push({ type: 'revoked', partitions, lost })
  }

  #stopDelivery(partitions: readonly TopicPartition[]): void {
    this.#assignment.remove(partitions)
    this.#dropPending(partitions)
  }

  #tellAssigned(partitions: readonly TopicPartition[]): void {
    const client = this.#client!
    const isIncremental = client.rebalanceProtocol() === 'COOPERATIVE'
    this.#accepted = []
    rethrowAsError(() => {
      if (isIncremental) client.incrementalAssign([...partitions])
      else client.assign([...partitions])
    })
    if (!isIncremental) this.#held.clear()
    for (const partition of partitions) this.#held.set(nameOf(partition), partition)
  }

  /**
   * A part of them may have been asked back before it was accepted. To be told of that is an error to the client, no
   * answer: it would wait for one for ever, also when it is closed.
   */
  #tellUnassigned(partitions: readonly TopicPartition[]): void {
    const client = this.#client!
    const held = partitions.filter(partition => this.#held.delete(nameOf(partition)))
    rethrowAsError(() => {
      if (client.rebalanceProtocol() === 'COOPERATIVE') client.incrementalUnassign(held)
      else client.unassign()
    })
  }
}

/** The addon throws plain objects here. */
function rethrowAsError(call: () => void): void {
  try {
    call()
  } catch (thrown) {
    const { code = ErrorCode.STATE, message = 'unknown' } = thrown as Partial<ClientError>
    throw new KafkaError(code, message)
  }
}

function startOf({ topic, partition, offset }: Start): TopicPartition {
  return offset === undefined ? { topic, partition } : ({ topic, partition, offset } as TopicPartition)
}
