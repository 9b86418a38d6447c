import { consumerProperties, producerProperties } from './config/client-properties.ts'
import type { Environment } from './config/environment.ts'
import type { CoreSettings } from './config/options.ts'
import { readEnvironment } from './config/read-environment.ts'
import { type Control, openControl } from './control/control.ts'
import type { AnyPipeline } from './pipeline.ts'
import { Processor } from './processor.ts'
import { createLogger } from './telemetry/logger.ts'

export interface CreatedProcessor {
  readonly processor: Processor
  readonly settings: CoreSettings
  readonly pipeline: AnyPipeline
  /**
   * Opens the socket by which `millrace status`, `pause` and `resume` reach the processor, as `CONTROL_SOCKET` says. It is
   * the process's, not the processor's, so it is opened where there is a process of its own.
   *
   * @throws SettingsError if a path that is set can't be had.
   */
  openControl(): Promise<Control | undefined>
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
  const log = createLogger({ level: settings.logLevel, format: settings.logFormat })
  // Only here, so that a mistake in the settings is told before a client's addon is loaded.
  const { transportFactory } = await import('./kafka/create-transport.ts')
  const createTransport = await transportFactory(settings, text => log.warn({}, text))
  const processor = new Processor({
    pipeline,
    settings,
    raw,
    warnings,
    log,
    createTransport: (outputTopics, events) =>
      createTransport({
        consumerProperties: consumerProperties(settings, passThrough),
        producerProperties: producerProperties(settings, passThrough),
        outputTopics,
        slabRecords: settings.slabRecords,
        events
      })
  })
  const controlled = { processor, pipeline: pipeline.name, group: settings.groupId }
  const control = { socket: settings.controlSocket, warned: (text: string) => log.warn({}, text) }
  return { processor, settings, pipeline, openControl: () => openControl(controlled, control) }
}
