import { SettingsError } from '../../config/read-environment.ts'
import type { NewTopic } from '../../kafka/admin.ts'
import { newTopics, replicasFor, type ShapeWish } from '../../topics/new-topics.ts'
import { readArguments, readNumber } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print } from '../print.ts'
import { type PipelineTopics, withPipelineTopics } from './pipeline-topics.ts'

const options = {
  partitions: { type: 'string' },
  replication: { type: 'string' },
  'dry-run': { type: 'boolean' }
} as const

/** `millrace topics create`: what is missing. What is there stays as it is. */
export const create: Command = async (args, context) => {
  const { values } = readArguments({ args: [...args], options })
  const { partitions, replication } = values
  const wish = {
    ...(partitions !== undefined && { partitions: readNumber('--partitions', partitions, 1) }),
    ...(replication !== undefined && { replicas: readNumber('--replication', replication, 1) })
  }
  return await withPipelineTopics(context, async topics => {
    const missing = planned(topics, wish)
    for (const topic of missing) print(await createOne(topics, topic, values['dry-run'] ?? false))
    sayRest(topics, missing)
    return 0
  })
}

function planned({ settings, roles, cluster }: PipelineTopics, wish: ShapeWish): NewTopic[] {
  const replicas = replicasFor(settings, cluster.brokers, wish)
  if (replicas > cluster.brokers) {
    throw new SettingsError(`${replicas} replicas need as many brokers, and there are ${cluster.brokers}`)
  }
  if (settings.topicMinInsync > 1 && settings.topicMinInsync >= replicas) {
    throw new SettingsError(`TOPIC_MIN_INSYNC=${settings.topicMinInsync} needs more replicas than ${replicas}`)
  }
  return newTopics(settings, roles, cluster, wish)
}

async function createOne({ admin }: PipelineTopics, topic: NewTopic, isDryRun: boolean): Promise<string> {
  const config = Object.entries(topic.config ?? {}).map(([name, value]) => `${name}=${value}`)
  const what = `${topic.topic}: ${topic.partitions} partitions, replication ${topic.replicationFactor}, ${config.join(' ')}`
  if (isDryRun) return `would create ${what}`
  const { status } = await admin.createTopic(topic)
  return status === 'created'
    ? `✔ created ${what}`
    : `${topic.topic} is there already: it may not be seen, or somebody else has just created it`
}

function sayRest({ settings, roles }: PipelineTopics, missing: readonly NewTopic[]): void {
  const all = new Set(roles.map(({ topic }) => topic))
  const rest = all.size - missing.length
  if (rest > 0)
    print(`${rest} of ${all.size} topics are there already; millrace topics check says whether they are safe`)
  if (!roles.some(({ role }) => role.name === 'input')) {
    print(`no topic matches INPUT_TOPIC=${settings.inputTopic.join()}: what a pattern is to match is created by name`)
  }
}
