import { connectionProperties } from '../config/client-properties.ts'
import { outputsOf } from '../config/outputs.ts'
import type { CreatedProcessor } from '../create-processor.ts'
import { ConfluentAdmin } from '../kafka/confluent/admin.ts'

const PARTITIONS = 6

/** Creates the topics of the pipeline that do not exist, and says which there are. Only ever on our own broker. */
export async function createTopics({ settings, pipeline }: CreatedProcessor): Promise<void> {
  const startedMs = performance.now()
  const inputs = settings.inputTopic.filter(topic => !topic.startsWith('^'))
  const topics = [...new Set([...inputs, ...outputsOf(pipeline, settings).topics])]
  const admin = new ConfluentAdmin(connectionProperties(settings))
  await admin.connect()
  try {
    await admin.createTopics(topics.map(topic => ({ topic, partitions: PARTITIONS, replicationFactor: 1 })))
    const counts = await admin.partitionCounts()
    const seconds = Math.round((performance.now() - startedMs) / 1000)
    const described = topics.map(topic => `${topic} (${counts.get(topic)})`).join(', ')
    process.stdout.write(`✔ topics and their partitions: ${described}   ${seconds} s\n`)
  } finally {
    await admin.disconnect()
  }
}
