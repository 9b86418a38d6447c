import type { CoreSettings } from '../config/options.ts'
import type { ClusterDescription, TopicDescription } from './description.ts'
import type { RoleOfTopic } from './roles.ts'
import type { Finding, Subject, TopicRule, World } from './rule.ts'
import { clusterRules } from './rules/cluster.ts'
import { partitionRules } from './rules/partitions.ts'
import { recordRules } from './rules/records.ts'
import { replicaRules } from './rules/replicas.ts'
import { retentionRules } from './rules/retention.ts'

export const topicRules: readonly TopicRule[] = [...replicaRules, ...retentionRules, ...recordRules, ...partitionRules]

/** What is not there has no settings. */
const ABSENT: TopicDescription = { partitions: [], config: undefined }

/** Holds what there is against what the pipeline promises; the unsafe first, each in the order of the topics. */
export function check(settings: CoreSettings, roles: readonly RoleOfTopic[], cluster: ClusterDescription): Finding[] {
  const world = worldOf(settings, roles, cluster)
  const findings = [...ofTopics(roles, world), ...ofCluster(world)]
  return [...findings.filter(isUnsafe), ...findings.filter(finding => !isUnsafe(finding))]
}

export function isUnsafe({ severity }: Finding): boolean {
  return severity === 'unsafe'
}

function worldOf(settings: CoreSettings, roles: readonly RoleOfTopic[], cluster: ClusterDescription): World {
  const described = (name: string) =>
    roles.filter(({ role }) => role.name === name).flatMap(({ topic }) => cluster.topics.get(topic) ?? [])
  return { settings, cluster, inputs: described('input'), deadLetters: described('dead-letters')[0] }
}

function ofTopics(roles: readonly RoleOfTopic[], world: World): Finding[] {
  const subjects = roles.map(({ topic, role }) => ({ topic, role, ...(world.cluster.topics.get(topic) ?? ABSENT) }))
  return merged(subjects.flatMap(subject => topicRules.flatMap(rule => judge(rule, subject, world))))
}

function judge(rule: TopicRule, subject: Subject, world: World): Finding[] {
  const wrong = rule.find(subject, world)
  if (wrong === undefined) return []
  const { name, severity, why } = rule
  const { topic, role } = subject
  return [{ rule: name, severity, topic, roles: [role.name], wrong, why, remedy: rule.remedy(subject, world) }]
}

/** A topic that has several roles is told of the same thing once. */
function merged(findings: readonly Finding[]): Finding[] {
  const byName = Map.groupBy(findings, ({ topic, rule }) => `${topic} ${rule}`)
  return [...byName.values()].map(same => {
    const [first] = same
    const roles = same.flatMap(({ roles }) => roles)
    return Object.assign({}, first, { roles })
  })
}

function ofCluster(world: World): Finding[] {
  return clusterRules.flatMap(rule => {
    const wrong = rule.find(world)
    if (wrong === undefined) return []
    const { name, severity, why } = rule
    return [{ rule: name, severity, topic: undefined, roles: [], wrong, why, remedy: rule.remedy(world) }]
  })
}
