import type { CoreSettings } from '../config/options.ts'
import type { NewTopic } from '../kafka/admin.ts'
import type { ClusterDescription } from './description.ts'
import { configOf, type Surroundings } from './new-topic-config.ts'
import type { RoleOfTopic, TopicRole } from './roles.ts'
import { brokerRetentionMs, largest, maxMessageBytesOf, retentionMsOf } from './topic-config.ts'

const REPLICAS = 3

/** What the arguments of the command say of topics that are created, where they do. */
export interface ShapeWish {
  readonly partitions?: number
  readonly replicas?: number
}

/** As many as there are brokers, up to three, unless something else is wished for or set. */
export function replicasFor({ topicReplication }: CoreSettings, brokers: number, wish: ShapeWish): number {
  return wish.replicas ?? (topicReplication || Math.min(REPLICAS, brokers))
}

/** The topics of the pipeline that are not there, with settings under which its promises hold. */
export function newTopics(
  settings: CoreSettings,
  roles: readonly RoleOfTopic[],
  cluster: ClusterDescription,
  wish: ShapeWish
): NewTopic[] {
  const missing = roles.filter(({ topic }) => !cluster.topics.has(topic))
  const replicas = replicasFor(settings, cluster.brokers, wish)
  const minInsync = settings.topicMinInsync || (replicas >= REPLICAS ? 2 : 1)
  const surroundings = { ...surroundingsOf(roles, cluster), minInsync }
  return [...Map.groupBy(missing, ({ topic }) => topic)].map(([topic, its]) => {
    const roles = its.map(({ role }) => role)
    return {
      topic,
      partitions: wish.partitions ?? partitionsOf(roles, surroundings) ?? settings.topicPartitions,
      replicationFactor: replicas,
      config: configOf(roles, settings, surroundings)
    }
  })
}

function surroundingsOf(roles: readonly RoleOfTopic[], cluster: ClusterDescription): Omit<Surroundings, 'minInsync'> {
  const { brokerConfig } = cluster
  const inputs = roles.filter(({ role }) => role.name === 'input').map(({ topic }) => cluster.topics.get(topic))
  const existing = inputs.filter(input => input !== undefined)
  return {
    brokerConfig,
    // One that is yet to be created takes the brokers' own.
    inputRetentionMs: largest(
      inputs.map(input => (input === undefined ? brokerRetentionMs(brokerConfig) : retentionMsOf(input)))
    ),
    inputBytes: largest(existing.map(maxMessageBytesOf)),
    inputPartitions: largest(existing.map(({ partitions }) => partitions.length))
  }
}

/** As many as the input has, so that partition N is partition N everywhere. */
function partitionsOf(roles: readonly TopicRole[], { inputPartitions }: Surroundings): number | undefined {
  return roles.every(({ keys }) => keys === 'unique') ? undefined : inputPartitions
}
