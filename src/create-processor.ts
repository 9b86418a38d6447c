import { consumerProperties, producerProperties } from './config/client-properties.ts'
import type { Environment } from './config/environment.ts'
import type { CoreSettings } from './config/options.ts'
import { readEnvironment } from './config/read-environment.ts'
import type { AnyPipeline } from './pipeline.ts'
import { Processor } from './processor.ts'
import { createLogger } from './telemetry/logger.ts'

export interface CreatedProcessor {
  readonly processor: Processor
  readonly settings: CoreSettings
  readonly pipeline: AnyPipeline
}

/**
 * Makes a processor from environment variables; see docs/configuration.md.
 *
 * @throws SettingsError if they hold mistakes. Nothing has been started then.
 * @example
 * const { processor } = await createProcessor(process.env)
 * process.once('SIGTERM', () => processor.stop())
 * await processor.run()
 */
export async function createProcessor(environment: Environment): Promise<CreatedProcessor> {
  const { pipeline, settings, raw, passThrough, warnings } = await readEnvironment(environment)
  // Only here, so that a mistake in the settings is told before the client's addon is loaded.
  const { createConfluentTransport } = await import('./kafka/confluent/transport.ts')
  const processor = new Processor({
    pipeline,
    settings,
    raw,
    warnings,
    log: createLogger({ level: settings.logLevel, format: settings.logFormat }),
    createTransport: (outputTopics, events) =>
      createConfluentTransport({
        consumerProperties: consumerProperties(settings, passThrough),
        producerProperties: producerProperties(settings, passThrough),
        outputTopics,
        slabRecords: settings.slabRecords,
        events
      })
  })
  return { processor, settings, pipeline }
}
