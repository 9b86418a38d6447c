import { SettingsError } from '../../config/read-environment.ts'
import { judgeGrowth, type Growth } from '../../topics/growth.ts'
import type { RoleOfTopic } from '../../topics/roles.ts'
import { readArguments, readNumber } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print } from '../print.ts'
import { withPipelineTopics } from './pipeline-topics.ts'

const options = {
  partitions: { type: 'string' },
  yes: { type: 'boolean' },
  'dry-run': { type: 'boolean' }
} as const

/** `millrace topics grow`: more partitions for a topic of the pipeline. */
export const grow: Command = async (args, context) => {
  const { values, positionals } = readArguments({ args: [...args], options, allowPositionals: true })
  const [named, ...others] = positionals
  if (named === undefined || others.length > 0) throw new SettingsError('name one topic, or one role')
  if (values.partitions === undefined) throw new SettingsError('say how many: --partitions N')
  const to = readNumber('--partitions', values.partitions, 1)
  return await withPipelineTopics(context, async topics => {
    const [topic, its] = find(topics.roles, named)
    const described = topics.cluster.topics.get(topic)
    if (described === undefined)
      throw new Error(`there is no topic "${topic}", or it may not be seen; millrace topics create creates it`)
    const growth = judgeGrowth(its, described, to)
    if (growth.from > to) throw new Error(`${topic} has ${growth.from} partitions, and Kafka takes none away`)
    printGrowth(topic, growth)
    if (growth.from === to || values['dry-run']) return 0
    if (growth.objections.length > 0 && !values.yes) return refuse()
    await topics.admin.growTopic(topic, to)
    print(`✔ ${topic} has ${to} partitions`)
    return 0
  })
}

/** By its name or by its role. */
function find(roles: readonly RoleOfTopic[], named: string): [topic: string, its: RoleOfTopic[]] {
  const byName = roles.filter(({ topic }) => topic === named)
  if (byName.length > 0) return [named, byName]
  const topics = [...new Set(roles.filter(({ role }) => role.name === named).map(({ topic }) => topic))]
  if (topics.length > 1)
    throw new SettingsError(`there are several topics in the role ${named}: ${topics.join(', ')}; name one`)
  if (topics.length === 1) return [topics[0], roles.filter(({ topic }) => topic === topics[0])]
  const known = roles.map(({ topic, role }) => `${topic} (${role.name})`)
  throw new SettingsError(`${named} is no topic of the pipeline, nor a role; there are ${known.join(', ')}`)
}

function printGrowth(topic: string, { from, to, objections, warnings }: Growth): void {
  if (from === to) return print(`${topic} has ${from} partitions already`)
  print(`${topic}: from ${from} to ${to} partitions, for good`)
  for (const text of [...objections, ...warnings]) print(`  · ${text}`)
}

function refuse(): number {
  print('Nothing was changed. Let everything be read and processed first (lag 0, producers stopped), then add --yes.')
  return 1
}
