import { hostname } from 'node:os'
import { type ClientProperties, consumerProperties, producerProperties } from './config/client-properties.ts'
import type { Environment } from './config/environment.ts'
import type { CoreSettings } from './config/options.ts'
import { readEnvironment, SettingsError } from './config/read-environment.ts'
import { type Control, openControl } from './control/control.ts'
import type { AnyPipeline } from './pipeline.ts'
import { chooseLargeJson } from './large-json.ts'
import { Processor } from './running-processor.ts'
import { registryAccess } from './schema-registry/registry-access.ts'
import type { RegistryPort } from './schema-registry/schemas.ts'
import { createLogger, type Logger } from './telemetry/logger.ts'
import { MetricsTopic } from './telemetry/metrics-topic.ts'

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
  const largeJson = chooseLargeJson(settings, log)
  const processor = new Processor({
    pipeline,
    settings,
    raw: { ...raw, largeJson },
    warnings,
    log,
    registry: await registryOf(settings),
    onlooker: await metricsOf(pipeline, settings, producerProperties(settings, passThrough), log),
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

/** The rows of the other kinds of metrics are written by the workers. */
async function metricsOf(
  pipeline: AnyPipeline,
  settings: CoreSettings,
  properties: ClientProperties,
  log: Logger
): Promise<MetricsTopic | undefined> {
  const { metricsTopic, metricsEvery, instanceId, clientId } = settings
  if (metricsTopic === undefined || metricsEvery !== 'interval') return undefined
  const { ReportProducer } = await import('./kafka/confluent/report-producer.ts')
  const writer = new ReportProducer(properties, metricsTopic)
  const instance = instanceId ?? `${clientId}@${hostname()}`
  return new MetricsTopic({ settings, pipeline: pipeline.name, instance, writer, log })
}

/** Only where records or rows are Avro: `millrace schema` may be all that the address is set for. */
async function registryOf(settings: CoreSettings): Promise<RegistryPort | undefined> {
  const access = registryAccess(settings)
  if (access === undefined || (settings.inputCodec === 'json' && settings.outputCodec === 'json')) return undefined
  const { SchemaRegistry } = await import('./schema-registry/schema-registry.ts')
  try {
    return new SchemaRegistry(access)
  } catch (error) {
    throw new SettingsError((error as Error).message)
  }
}
