import { commandProperties, type CommandSettings } from '../config/client-properties.ts'
import type { Environment } from '../config/environment.ts'
import type { CoreSettings } from '../config/options.ts'
import { readEnvironment, SettingsError } from '../config/read-environment.ts'
import type { BatchSource } from '../generator/batch-source.ts'
import { sendAll } from '../generator/send.ts'
import { BulkProducer } from '../kafka/confluent/bulk-producer.ts'
import type { Command } from './command.ts'
import { GenerateProgress } from './generate-progress.ts'
import { openSource } from './generate-source.ts'

/** A topic that does not exist is told after this, and not after half a minute. Fewer records under way stay in caches. */
const PROPERTIES = { 'topic.metadata.propagation.max.ms': 5000, 'queue.buffering.max.messages': 40_000 }

/**
 * `millrace generate`: sample logins into the input topic, the same ones for the same `SEED`, each with its number in
 * the header `sample`; or the lines of a file.
 */
export const generate: Command = async (args, { environment, onStop }) => {
  if (args.length > 0) {
    throw new SettingsError('takes no arguments; it is set up by SAMPLES, RATE, SEED, SAMPLE_SHARES and the like')
  }
  const read = await readEnvironment(environment)
  const { settings, pipeline } = read
  const stop = new AbortController()
  onStop(() => stop.abort())
  const source = await openSource(settings, pipeline, Date.now())
  try {
    await writeAll(source, read, limitOf(settings, environment), stop.signal)
  } finally {
    await source.close()
  }
  return 0
}

/** Of a file all is written, unless somebody says how much. Samples end by themselves. */
function limitOf({ replayFile, samples }: CoreSettings, environment: Environment): number {
  return replayFile !== undefined && environment.SAMPLES && samples > 0 ? samples : Infinity
}

/** Resolves when all that has been sent is acknowledged, and says so. */
async function writeAll(source: BatchSource, read: CommandSettings, limit: number, stop: AbortSignal): Promise<void> {
  const { settings } = read
  const [topic] = settings.inputTopic
  const properties = {
    ...PROPERTIES,
    'message.max.bytes': settings.maxRecordBytes,
    ...commandProperties(read, 'producer')
  }
  const producer = new BulkProducer(properties, topic)
  await producer.connect()
  try {
    const progress = new GenerateProgress(
      process.stdout,
      settings.replayFile === undefined ? 'sample logins' : 'records'
    )
    const report = (sent: number) => {
      if (progress.show(sent, shareOf(source, sent, limit))) process.send?.({ sent })
    }
    const sent = await sendAll(source, producer, { rate: settings.rate, limit, stop, report })
    await producer.flush()
    process.send?.({ sent })
    progress.end(sent, topic)
  } finally {
    await producer.disconnect()
  }
}

function shareOf(source: BatchSource, sent: number, limit: number): number | undefined {
  return limit === Infinity ? source.share() : Math.max(sent / limit, source.share() ?? 0)
}
