import type { ConsumerEvent, RecordConsumer, TopicPartition } from '../kafka/ports.ts'
import type { Assignment, Assignments } from '../offsets/assignment.ts'
import { PendingAssignments } from '../offsets/pending-assignments.ts'
import type { Events } from '../telemetry/events.ts'
import type { Commit } from './commit.ts'

/** How long the last commit of a revocation may take after its drain; then the partitions are given back without it. */
const COMMIT_GRACE_MS = 3000
/** Default of `prepareTimeoutMs`. */
const PREPARE_TIMEOUT_MS = 5000

/** What is known of partitions beside their offsets, and told to the group as they come and go. */
export interface PartitionCare {
  /** These are about to be assigned. Undefined if there is nothing to wait for. `waiting`: whether one still is. */
  prepare(
    partitions: readonly TopicPartition[],
    waiting: (partition: TopicPartition) => boolean
  ): Promise<void> | undefined
  opened(assignment: Assignment): void
  /** These have drained and been committed, and are about to be given back. */
  leave(assignments: readonly Assignment[]): Promise<void>
  forget(partitions: readonly TopicPartition[]): void
}

export interface RebalanceOptions {
  readonly consumer: RecordConsumer
  readonly assignments: Assignments
  readonly commit: Pick<Commit, 'now'>
  readonly care: PartitionCare
  readonly events: Events
  readonly drainTimeoutMs: number
  /** How long partitions wait for what has to be known and told before they are assigned; then they go on without. */
  readonly prepareTimeoutMs?: number
  /** The assignment is fenced: whatever comes back for it is dropped. */
  fenced(assignment: Assignment): void
  failed(error: Error): void
}

/** Partitions that the group wants back. */
interface Revocation {
  /** What is to be given back; a newer assignment or their loss takes them out. */
  partitions: readonly TopicPartition[]
  /** Their assignments, where they had been assigned. */
  readonly draining: Set<Assignment>
  readonly startedMs: number
  /** `drained`: nothing is in flight, and the commit is under way. */
  state: 'draining' | 'committing' | 'done'
  deadlineMs: number
}

/**
 * What happens to partitions: assigned, drained and given back, or lost. Called between polls only, by the loop that
 * polls, so that nothing here can happen while records are being delivered.
 *
 * Drain first, fence after: on a revocation the partitions' batches finish, are acknowledged and committed, and only then
 * are the partitions unassigned. Fencing first would throw away work that is about to settle, and repeat it elsewhere.
 * Only when the drain runs out of time is what is left abandoned.
 */
export class Rebalance {
  readonly #options: RebalanceOptions
  readonly #revocations = new Set<Revocation>()
  /** Given by the group, and not ours to read yet. */
  readonly #pending: PendingAssignments
  /** Since `stop`: when what is in flight has had time enough. */
  #drainDeadlineMs: number | undefined
  #left = false
  /** Since `stop` something was abandoned, or its commit failed: it will be read again. */
  overran = false

  constructor(options: RebalanceOptions) {
    this.#options = options
    this.#pending = new PendingAssignments(options.prepareTimeoutMs ?? PREPARE_TIMEOUT_MS)
  }

  /** Drains every partition, leaves the group and gives them back. */
  stop(): void {
    if (this.stopping) return
    const nowMs = performance.now()
    this.#drainDeadlineMs = nowMs + this.#options.drainTimeoutMs
    for (const assignment of this.#options.assignments) if (assignment.live) assignment.state = 'draining'
    this.#leave(this.#drainDeadlineMs, nowMs)
  }

  get stopping(): boolean {
    return this.#drainDeadlineMs !== undefined
  }

  /** Everything has been given back after `stop`, or given up as it took too long. */
  get finished(): boolean {
    const { size } = this.#options.assignments
    return this.#left && size === 0 && this.#revocations.size === 0 && this.#pending.size === 0
  }

  handle(event: ConsumerEvent): void {
    const { assignments, events } = this.#options
    switch (event.type) {
      case 'assigned':
        return this.#assigned(event.partitions)
      case 'revoked':
        return event.lost ? this.#lost(event.partitions) : this.#revoked(event.partitions)
      case 'end':
        return this.#reachedEnd(assignments.byEpoch(event.epoch), event.offset)
      case 'error':
        events.clientError('consumer', event)
        if (event.fatal) this.#options.failed(new Error(`the consumer failed: ${event.message} (code ${event.code})`))
    }
  }

  /** Assigns what is prepared. Moves revocations on: from drained to committed, from committed to unassigned. */
  step(): void {
    const nowMs = performance.now()
    for (const partitions of this.#pending.due(nowMs)) this.#assign(partitions)
    for (const revocation of this.#revocations) {
      if (revocation.state === 'draining') this.#drain(revocation, nowMs)
      if (revocation.state === 'committing' && nowMs >= revocation.deadlineMs) revocation.state = 'done'
      if (revocation.state === 'done') this.#giveBack(revocation, nowMs)
    }
    if (this.#drainDeadlineMs === undefined) return
    this.#leave(this.#drainDeadlineMs, nowMs)
    if (nowMs >= this.#drainDeadlineMs + 2 * COMMIT_GRACE_MS) this.#giveUp()
  }

  /**
   * Not before it has drained: of the classic protocol, the client sends no heartbeats without a subscription, and a group
   * that has missed a member for the length of its session takes no commit of it.
   */
  #leave(drainDeadlineMs: number, nowMs: number): void {
    const isBusy = [...this.#options.assignments].some(({ ledger }) => ledger.busy)
    if (this.#left || (isBusy && nowMs < drainDeadlineMs)) return
    this.#left = true
    this.#options.consumer.unsubscribe()
  }

  /** Not while it drains: the last commit is to find the frontier where the last batch has left it. */
  #reachedEnd(assignment: Assignment | undefined, offset: number): void {
    if (assignment?.state === 'assigned') assignment.ledger.reachedEnd(offset)
  }

  /** A partition that was draining and is assigned anew has been superseded: its old assignment ends here. */
  #assigned(partitions: readonly TopicPartition[]): void {
    this.#supersede(partitions)
    const preparing = this.#options.care.prepare(partitions, partition => this.#pending.has(partition))
    if (preparing === undefined) this.#assign(partitions)
    else this.#pending.add(partitions, performance.now(), preparing)
  }

  #assign(partitions: readonly TopicPartition[]): void {
    const { assignments, consumer, care, events } = this.#options
    const opened = partitions.map(({ topic, partition }) => assignments.open(topic, partition))
    for (const assignment of opened) care.opened(assignment)
    // From the offset that has been read already: asked once more, in the midst of a rebalance or of another member's open
    // transaction, the client was seen to find none, and began at the beginning.
    consumer.assign(
      opened.map(({ topic, partition, epoch, committed }) => ({ topic, partition, epoch, offset: committed }))
    )
    events.assigned(partitions)
  }

  /** What waits to be assigned has nothing to drain, and is given back at once. */
  #revoked(partitions: readonly TopicPartition[]): void {
    this.#withdraw(partitions)
    const draining = new Set(this.#ours(partitions))
    for (const assignment of draining) assignment.state = 'draining'
    const startedMs = performance.now()
    const deadlineMs = Math.min(startedMs + this.#options.drainTimeoutMs, this.#drainDeadlineMs ?? Infinity)
    this.#revocations.add({ partitions, draining, startedMs, deadlineMs, state: 'draining' })
    this.#options.events.revoked(partitions)
  }

  /** They are another member's already: nothing of them can be committed. */
  #lost(partitions: readonly TopicPartition[]): void {
    this.#supersede(partitions)
    this.#options.consumer.unassign(partitions)
    this.#options.events.lost(partitions)
  }

  /** Ends the assignments of these partitions, and takes them out of revocations, which must not unassign them again. */
  #supersede(partitions: readonly TopicPartition[]): void {
    this.#withdraw(partitions)
    for (const assignment of this.#ours(partitions)) this.#close(assignment)
    for (const revocation of this.#revocations) {
      const left = revocation.partitions.filter(partition => !partitions.some(isSameAs(partition)))
      if (left.length === 0 && revocation.partitions.length > 0) this.#revocations.delete(revocation)
      revocation.partitions = left
    }
  }

  #withdraw(partitions: readonly TopicPartition[]): void {
    this.#options.care.forget(this.#pending.withdraw(partitions))
  }

  #drain(revocation: Revocation, nowMs: number): void {
    const busy = [...revocation.draining].filter(({ ledger }) => ledger.busy)
    if (busy.length > 0 && nowMs < revocation.deadlineMs) return
    if (busy.length > 0) this.#overrun(busy)
    revocation.state = 'committing'
    revocation.deadlineMs = nowMs + COMMIT_GRACE_MS
    void this.#commit([...revocation.draining]).then(() => (revocation.state = 'done'))
  }

  /** What has been abandoned was not given back in order. */
  async #commit(drained: readonly Assignment[]): Promise<void> {
    await this.#options.commit.now(drained)
    await this.#options.care.leave(drained.filter(({ live }) => live))
  }

  /** What is in flight is abandoned and can't settle any more; what has settled is still committed. */
  #overrun(busy: readonly Assignment[]): void {
    for (const assignment of busy) this.#fence(assignment)
    this.#options.events.drainOverran(busy, this.#options.drainTimeoutMs)
  }

  #giveBack(revocation: Revocation, nowMs: number): void {
    this.#revocations.delete(revocation)
    for (const assignment of revocation.draining) this.#close(assignment)
    this.#options.consumer.unassign(revocation.partitions)
    this.#options.events.gaveBack(revocation.partitions, nowMs - revocation.startedMs)
  }

  /** The group took too long to take everything back. */
  #giveUp(): void {
    for (const assignment of this.#options.assignments) this.#close(assignment)
    this.#revocations.clear()
    this.#pending.clear()
    this.overran = true
  }

  #close(assignment: Assignment): void {
    for (const revocation of this.#revocations) revocation.draining.delete(assignment)
    this.#fence(assignment)
    this.overran ||= this.stopping && assignment.uncommitted
    this.#options.assignments.close(assignment)
    this.#options.care.forget([assignment])
  }

  #fence(assignment: Assignment): void {
    if (!assignment.live) return
    this.overran ||= this.stopping && assignment.ledger.inFlight > 0
    this.#options.assignments.fence(assignment)
    this.#options.fenced(assignment)
  }

  #ours(partitions: readonly TopicPartition[]): Assignment[] {
    return partitions.flatMap(({ topic, partition }) => this.#options.assignments.find(topic, partition) ?? [])
  }
}

function isSameAs({ topic, partition }: TopicPartition): (other: TopicPartition) => boolean {
  return other => other.topic === topic && other.partition === partition
}
