import { connectionProperties } from '../config/client-properties.ts'
import { outputsOf } from '../config/outputs.ts'
import type { CoreSettings } from '../config/options.ts'
import type { CreatedProcessor } from '../create-processor.ts'
import { ConfluentAdmin } from '../kafka/confluent/admin.ts'
import { createEmbeddedTopics } from '../kafka/embedded-broker.ts'
import type { LocalBroker } from './local-broker.ts'

const PARTITIONS = 6

/** Creates the topics of the pipeline that do not exist, and says which there are. Only ever on our own broker. */
export async function createTopics({ settings, pipeline }: CreatedProcessor, broker: LocalBroker): Promise<void> {
  if (!broker.ours) return
  const startedMs = performance.now()
  const inputs = settings.inputTopic.filter(topic => !topic.startsWith('^'))
  const topics = [...new Set([...inputs, ...outputsOf(pipeline, settings).topics])]
  const described = await (broker.simulated ? createSimulated(settings, topics) : create(settings, topics))
  const seconds = Math.round((performance.now() - startedMs) / 1000)
  process.stdout.write(`✔ topics ${described}   ${seconds} s\n`)
}

async function createSimulated(settings: CoreSettings, topics: readonly string[]): Promise<string> {
  await createEmbeddedTopics(settings.brokers, topics)
  return topics.join(', ')
}

async function create(settings: CoreSettings, topics: readonly string[]): Promise<string> {
  const admin = new ConfluentAdmin(connectionProperties(settings))
  await admin.connect()
  try {
    await admin.createTopics(topics.map(topic => ({ topic, partitions: PARTITIONS, replicationFactor: 1 })))
    const counts = await admin.partitionCounts()
    return `and their partitions: ${topics.map(topic => `${topic} (${counts.get(topic)})`).join(', ')}`
  } finally {
    await admin.disconnect()
  }
}
