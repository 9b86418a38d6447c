import type { Rule } from '../rules.ts'

/** A topic that refuses every write as soon as one broker is away, or at once. */
export const topicSettingRules: readonly Rule[] = [
  {
    settings: ['topicMinInsync', 'topicReplication'],
    holds: ({ topicMinInsync, topicReplication }) =>
      topicMinInsync <= 1 || topicReplication === 0 || topicMinInsync < topicReplication,
    wrong: ({ topicReplication }) =>
      `of ${topicReplication} replicas, one could never be away without every write failing`,
    remedy: 'lower TOPIC_MIN_INSYNC or raise TOPIC_REPLICATION'
  }
]
