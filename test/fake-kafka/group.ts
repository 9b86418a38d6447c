import type { TopicPartition } from '../../src/kafka/ports.ts'
import type { FakeCluster } from './cluster.ts'
import { nameOf } from './log.ts'

/** What a group needs of a member. */
export interface Member {
  readonly subscription: readonly string[]
  onAssigned(partitions: readonly TopicPartition[]): void
  onRevoked(partitions: readonly TopicPartition[], lost: boolean): void
}

/**
 * A consumer group with a sticky assignor: who leaves a partition is asked first, who gets it is told once it has been
 * given up.
 */
export class FakeGroup {
  readonly #cluster: FakeCluster
  readonly #members: Member[] = []
  readonly #owner = new Map<string, Member>()
  readonly #target = new Map<string, Member>()
  /** Partitions that were asked back. */
  readonly #revoking = new Set<string>()
  /** Set by `moveTo`; kept as long as the member is there. */
  readonly #pinned = new Map<string, Member>()
  /** Everybody is asked for everything at each change, and told anew when all has been given up. */
  eager = false

  constructor(cluster: FakeCluster) {
    this.#cluster = cluster
  }

  join(member: Member): void {
    if (!this.#members.includes(member)) this.#members.push(member)
    this.rebalance()
  }

  /** Asks for everything back; the member stays known until it has given it up. */
  leave(member: Member): void {
    this.#remove(member)
    this.rebalance()
  }

  /** The member is taken for dead: its partitions go to others at once, and it learns of it at its next poll. */
  expire(member: Member): void {
    const lost = this.#partitions().filter(partition => this.#owner.get(nameOf(partition)) === member)
    this.#remove(member)
    this.#free(lost)
    member.onRevoked(lost, true)
    this.rebalance()
  }

  /** Moves partitions, whatever the assignor thinks. */
  moveTo(member: Member, partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#pinned.set(nameOf(partition), member)
    this.rebalance()
  }

  /** The member has given these up. */
  release(member: Member, partitions: readonly TopicPartition[]): void {
    this.#free(partitions.filter(partition => this.#owner.get(nameOf(partition)) === member))
    this.rebalance()
  }

  owns(member: Member, partition: TopicPartition): boolean {
    return this.#owner.get(nameOf(partition)) === member
  }

  rebalance(): void {
    const partitions = this.#partitions()
    this.#retarget(partitions)
    const moves = partitions.filter(partition => this.#isElsewhere(partition))
    if (moves.length === 0) return
    const revoked = this.eager ? partitions : moves
    for (const member of new Set([...this.#members, ...this.#owner.values()])) this.#revoke(member, revoked)
    if (this.eager && this.#owner.size > 0) return
    for (const member of this.#members) this.#assign(member, partitions)
  }

  #isElsewhere(partition: TopicPartition): boolean {
    return this.#owner.get(nameOf(partition)) !== this.#target.get(nameOf(partition))
  }

  #remove(member: Member): void {
    const index = this.#members.indexOf(member)
    if (index >= 0) this.#members.splice(index, 1)
    for (const [name, pinned] of this.#pinned) if (pinned === member) this.#pinned.delete(name)
  }

  #free(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) {
      this.#owner.delete(nameOf(partition))
      this.#revoking.delete(nameOf(partition))
    }
  }

  #revoke(member: Member, partitions: readonly TopicPartition[]): void {
    const revoked = partitions.filter(partition => {
      const name = nameOf(partition)
      return this.#owner.get(name) === member && !this.#revoking.has(name)
    })
    if (revoked.length === 0) return
    for (const partition of revoked) this.#revoking.add(nameOf(partition))
    member.onRevoked(revoked, false)
  }

  #assign(member: Member, partitions: readonly TopicPartition[]): void {
    const assigned = partitions.filter(
      partition => this.#target.get(nameOf(partition)) === member && !this.#owner.has(nameOf(partition))
    )
    if (assigned.length === 0) return
    for (const partition of assigned) this.#owner.set(nameOf(partition), member)
    member.onAssigned(assigned)
  }

  /** Each partition stays where it is as long as nobody has more than one above the least. */
  #retarget(partitions: readonly TopicPartition[]): void {
    this.#target.clear()
    if (this.#members.length === 0) return
    const held = new Map(this.#members.map(member => [member, [] as string[]]))
    const homeless: string[] = []
    for (const name of partitions.map(nameOf)) {
      const home = held.get(this.#pinned.get(name)!) ?? held.get(this.#owner.get(name)!)
      if (home !== undefined) home.push(name)
      else homeless.push(name)
    }
    const bySize = () => [...held.values()].sort((a, b) => a.length - b.length)
    for (const name of homeless) bySize()[0].push(name)
    while (this.#pinned.size === 0 && bySize().at(-1)!.length - bySize()[0].length > 1) {
      bySize()[0].push(bySize().at(-1)!.pop()!)
    }
    for (const [member, names] of held) for (const name of names) this.#target.set(name, member)
  }

  #partitions(): TopicPartition[] {
    const wanted = (topic: string) =>
      this.#members.some(({ subscription }) => subscription.some(name => matches(name, topic)))
    const owned = (topic: string) => [...this.#owner.keys()].some(name => name.startsWith(`${topic}/`))
    const topics = this.#cluster.topics().filter(topic => wanted(topic) || owned(topic))
    return topics.flatMap(topic =>
      Array.from({ length: this.#cluster.partitionsOf(topic) }, (_, partition) => ({ topic, partition }))
    )
  }
}

function matches(name: string, topic: string): boolean {
  return name.startsWith('^') ? new RegExp(name).test(topic) : name === topic
}
