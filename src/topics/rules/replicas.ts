import type { TopicDescription } from '../description.ts'
import { setTo, type TopicRule, type World } from '../rule.ts'
import { minInsyncOf, replicasOf } from '../topic-config.ts'

/** A topic that is not there, or has not the copies that "acknowledged" is to mean. */
export const replicaRules: readonly TopicRule[] = [
  {
    name: 'missing',
    severity: 'unsafe',
    find: ({ partitions }) => (partitions.length === 0 ? 'there is no such topic, or it may not be seen' : undefined),
    why: 'a processor that can not write to one of its topics does not start; one without an input waits for it for ever',
    remedy: () => 'millrace topics create'
  },
  {
    name: 'no-leader',
    severity: 'unsafe',
    find: ({ partitions }) => {
      const without = partitions.filter(({ hasLeader }) => !hasLeader).length
      return without === 0 ? undefined : `${without} of ${partitions.length} partitions can be neither read nor written`
    },
    why: 'no replica that has all records is running',
    remedy: () => 'bring the brokers back that have them'
  },
  {
    name: 'under-replicated',
    severity: 'unsafe',
    find: ({ partitions }) => {
      const behind = partitions.filter(({ inSync, replicas }) => inSync < replicas).length
      return behind === 0 ? undefined : `${behind} of ${partitions.length} partitions lack a replica that is up to date`
    },
    why: 'the next broker that is lost may be the last one that has a record, or the last that takes one',
    remedy: () => 'look for a broker that is down or behind; this goes away by itself when it has caught up'
  },
  {
    name: 'one-replica',
    severity: 'unsafe',
    find: (subject, { cluster }) =>
      exists(subject) && cluster.brokers > 1 && replicasOf(subject) === 1
        ? `has one replica, though there are ${cluster.brokers} brokers`
        : undefined,
    why: 'with the broker that has it, acknowledged records are gone',
    remedy: (_, world) => moreReplicas(world)
  },
  {
    name: 'one-in-sync',
    severity: 'unsafe',
    find: subject =>
      exists(subject) && replicasOf(subject) > 1 && minInsyncOf(subject) === 1
        ? 'counts a record as written when one replica has it (min.insync.replicas 1)'
        : undefined,
    why: 'while the other replicas are behind, acks=all asks for one, and what it alone has is gone with it',
    remedy: (subject, world) =>
      replicasOf(subject) > 2 ? setTo(subject.topic, 'min.insync.replicas=2') : moreReplicas(world)
  },
  {
    name: 'all-in-sync',
    severity: 'unsafe',
    find: subject => {
      const minInsync = minInsyncOf(subject)
      if (!exists(subject) || minInsync === undefined || minInsync < 2 || minInsync < replicasOf(subject))
        return undefined
      return `takes a record only when ${minInsync} of its ${replicasOf(subject)} replicas have it`
    },
    why: 'nothing can be written while a single broker is away, be it for a restart',
    remedy: (subject, world) => {
      const replicas = replicasOf(subject)
      return replicas > 2 ? setTo(subject.topic, `min.insync.replicas=${replicas - 1}`) : moreReplicas(world)
    }
  },
  {
    name: 'unclean-election',
    severity: 'unsafe',
    find: ({ config }) =>
      config?.get('unclean.leader.election.enable') === 'true'
        ? 'lets a replica lead that lacks records (unclean.leader.election.enable)'
        : undefined,
    why: 'acknowledged records vanish, and offsets are given a second time to other records',
    remedy: ({ topic }) => setTo(topic, 'unclean.leader.election.enable=false')
  }
]

/** Of two replicas, either both must have a record, or one does: there is nothing between. */
function moreReplicas({ cluster }: World): string {
  const replicas = 'give it three replicas with kafka-reassign-partitions.sh, then set its min.insync.replicas to 2'
  return cluster.brokers > 2 ? replicas : `add a third broker; ${replicas}`
}

function exists({ partitions }: TopicDescription): boolean {
  return partitions.length > 0
}

/** Whether a topic of the brokers' own is as safe as exactly once needs it; undefined if it can't be seen. */
export function weaknessOf(topic: TopicDescription | undefined, { cluster }: World): string | undefined {
  if (topic === undefined || !exists(topic) || cluster.brokers === 1) return undefined
  if (replicasOf(topic) === 1) return `has one replica, though there are ${cluster.brokers} brokers`
  return minInsyncOf(topic) === 1 ? 'counts a record as written when one replica has it' : undefined
}
