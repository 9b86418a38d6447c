import type { CoreSettings } from './config/options.ts'
import type { RawSettings } from './config/raw-settings.ts'
import type { Transport, TransportEvents } from './kafka/ports.ts'
import type { AnyPipeline } from './pipeline.ts'
import type { RegistryPort } from './schema-registry/schemas.ts'
import type { Logger } from './telemetry/logger.ts'
import type { MetricsSource } from './telemetry/metrics-topic.ts'

/** What a processor is made of. */
export interface ProcessorOptions {
  readonly pipeline: AnyPipeline
  readonly settings: CoreSettings
  /** The settings as text, for the worker threads. */
  readonly raw: RawSettings
  /** Shown at start: settings that work but deserve a look. */
  readonly warnings?: readonly string[]
  readonly log: Logger
  /** Looks on while the processor runs; ended before it, and never what it fails of. */
  readonly onlooker?: Onlooker | undefined
  /** Needed where records or rows are Avro. */
  readonly registry?: RegistryPort | undefined
  /** Makes the Kafka clients; they are not connected yet. `topics` are the outputs, in the order that rows name them. */
  createTransport(topics: readonly string[], events: TransportEvents): Transport
}

/** Somebody who reports on a processor. */
export interface Onlooker {
  begin(source: MetricsSource): void
  end(): Promise<void>
}

/** How it ended. `drained`: nothing was left in flight, so nothing will be read twice. */
export interface Ending {
  readonly drained: boolean
}
