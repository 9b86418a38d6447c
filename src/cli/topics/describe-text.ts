import type { Config, ClusterDescription, TopicDescription } from '../../topics/description.ts'
import { durationText } from '../../topics/durations.ts'
import type { RoleOfTopic } from '../../topics/roles.ts'
import { isUnsafe } from '../../topics/check.ts'
import type { Finding } from '../../topics/rule.ts'
import { numberIn, replicasOf, retentionMsOf } from '../../topics/topic-config.ts'
import { print } from '../print.ts'
import { grouped } from '../progress-line.ts'
import { tableLines, type Column } from './table.ts'

const UNKNOWN = '?'
const NO_TOPIC = '-'

const placement: readonly Column[] = [
  { heading: 'topic', isText: true },
  { heading: 'role', isText: true },
  { heading: 'partitions' },
  { heading: 'replicas' },
  { heading: 'in sync' },
  { heading: 'min.insync' }
]

const keeping: readonly Column[] = [
  { heading: 'topic', isText: true },
  { heading: 'cleanup', isText: true },
  { heading: 'kept' },
  { heading: 'max.message.bytes' },
  { heading: 'timestamps', isText: true },
  { heading: 'ahead' }
]

/** Two tables: where the records are, and how long they stay and what may come. */
export function printTopics(roles: readonly RoleOfTopic[], cluster: ClusterDescription, width: number): void {
  const byTopic = [...Map.groupBy(roles, ({ topic }) => topic)]
  const placed = byTopic.map(([topic, its]) => {
    const names = its.map(({ role }) => role.name).join(', ')
    return [topic, names, ...placementOf(cluster.topics.get(topic))]
  })
  const kept = byTopic.flatMap(([topic]) => {
    const described = cluster.topics.get(topic)
    return described === undefined ? [] : [[topic, ...keepingOf(described)]]
  })
  const tables = [tableLines(placement, placed, width), ...(kept.length > 0 ? [tableLines(keeping, kept, width)] : [])]
  for (const lines of tables) process.stdout.write(`${lines.join('\n')}\n\n`)
}

function placementOf(topic: TopicDescription | undefined): string[] {
  if (topic === undefined) return ['missing', NO_TOPIC, NO_TOPIC, NO_TOPIC]
  const { partitions, config } = topic
  const whole = partitions.filter(({ hasLeader, inSync, replicas }) => hasLeader && inSync === replicas).length
  const inSync = whole === partitions.length ? 'all' : `${whole} of ${partitions.length}`
  return [grouped(partitions.length), String(replicasOf(topic)), inSync, text(config, 'min.insync.replicas')]
}

function keepingOf(topic: TopicDescription): string[] {
  const { config } = topic
  const retentionMs = retentionMsOf(topic)
  return [
    text(config, 'cleanup.policy'),
    retentionMs === undefined ? UNKNOWN : durationText(retentionMs),
    textOf(numberIn(config, 'max.message.bytes'), grouped),
    text(config, 'message.timestamp.type'),
    textOf(numberIn(config, 'message.timestamp.after.max.ms'), aheadText)
  ]
}

function text(config: Config | undefined, name: string): string {
  return config?.get(name) ?? UNKNOWN
}

function textOf(number: number | undefined, show: (number: number) => string): string {
  return number === undefined ? UNKNOWN : show(number)
}

/** Kafka's largest number stands for no limit. */
function aheadText(aheadMs: number): string {
  return Number.isSafeInteger(aheadMs) ? durationText(aheadMs) : 'any'
}

/** What was found, each with what to do; a rule that several topics break says why once. */
export function printFindings(findings: readonly Finding[]): void {
  for (const same of Map.groupBy(findings, ({ rule }) => rule).values()) {
    const [{ rule, why }] = same
    print(`${isUnsafe(same[0]) ? '✖ unsafe' : '· note'}: ${rule}`)
    for (const { topic, roles, wrong } of same) {
      print(`  ${topic === undefined ? '' : `${topic} (${roles.join(', ')}) `}${wrong}`)
    }
    print(`  Why: ${why}.`)
    // Not broken into lines, as most of them hold a command to be copied.
    for (const remedy of new Set(same.map(({ remedy }) => remedy))) process.stdout.write(`  Do: ${remedy}\n`)
  }
}

export function printUnreadable({ unreadable }: ClusterDescription): void {
  if (unreadable.length === 0) return
  print('What follows could not be read, and what depends on it was not checked:')
  for (const sentence of unreadable) print(`  ${sentence}`)
}

/** The last line: whether what the pipeline promises holds. */
export function printVerdict(findings: readonly Finding[], { unreadable }: ClusterDescription): void {
  const unsafe = findings.filter(isUnsafe).length
  if (unsafe > 0) print(`✖ ${unsafe === 1 ? 'one thing is' : `${unsafe} things are`} unsafe`)
  else if (unreadable.length > 0) print('✔ nothing unsafe in what could be read')
  else print('✔ nothing unsafe')
}
