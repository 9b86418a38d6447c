import { setTimeout as sleep } from 'node:timers/promises'
import { connectionProperties } from '../config/client-properties.ts'
import { isPattern, topicsRead } from '../config/inputs.ts'
import { outputsOf } from '../config/outputs.ts'
import type { CoreSettings } from '../config/options.ts'
import type { CreatedProcessor } from '../create-processor.ts'
import { ConfluentAdmin } from '../kafka/confluent/admin.ts'
import { createEmbeddedTopics } from '../kafka/embedded-broker.ts'
import type { LocalBroker } from './local-broker.ts'
import { print } from './print.ts'

const LOOK_EVERY_MS = 100
const KNOWN_AFTER_LOOKS = 50

/** Creates the topics of the pipeline that do not exist, and says which there are. Only ever on our own broker. */
export async function createTopics({ settings, pipeline }: CreatedProcessor, broker: LocalBroker): Promise<void> {
  if (!broker.ours) return
  const startedMs = performance.now()
  const inputs = topicsRead(settings).filter(topic => !isPattern(topic))
  const topics = [...new Set([...inputs, ...outputsOf(pipeline, settings).topics])]
  const described = await (broker.simulated ? createSimulated(settings, topics) : create(settings, topics))
  const seconds = Math.round((performance.now() - startedMs) / 1000)
  print(`✔ topics ${described}   ${seconds} s`)
}

async function createSimulated(settings: CoreSettings, topics: readonly string[]): Promise<string> {
  await createEmbeddedTopics(settings.brokers, topics)
  return topics.join(', ')
}

async function create(settings: CoreSettings, topics: readonly string[]): Promise<string> {
  const admin = new ConfluentAdmin(connectionProperties(settings))
  await admin.connect()
  try {
    await admin.createTopics(
      topics.map(topic => ({ topic, partitions: settings.topicPartitions, replicationFactor: 1 }))
    )
    const counts = await countsOf(admin, topics)
    const [first, ...others] = counts.values()
    if (others.every(count => count === first)) return `${topics.join(', ')}: ${first} partitions each`
    return [...counts].map(([topic, count]) => `${topic} (${count} partitions)`).join(', ')
  } finally {
    await admin.disconnect()
  }
}

/** A topic that was just created is known to every part of the broker only a moment later. */
async function countsOf(admin: ConfluentAdmin, topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
  for (let wait = 0; ; wait++) {
    const known = await admin.partitionCounts()
    const counts = new Map(topics.map(topic => [topic, known.get(topic) ?? 0]))
    if (wait === KNOWN_AFTER_LOOKS || [...counts.values()].every(count => count > 0)) return counts
    await sleep(LOOK_EVERY_MS)
  }
}
