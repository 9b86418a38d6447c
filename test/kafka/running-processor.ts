import { createProcessor } from '../../src/index.ts'
import type { Processor } from '../../src/running-processor.ts'
import type { Ending } from '../../src/processor-options.ts'
import type { Snapshot } from '../../src/telemetry/snapshot.ts'
import type { Environment } from './test-kafka.ts'
import { until } from './until.ts'

/** One worker, as most tests are about other things than speed, and threads take time to start. */
const DEFAULTS = { WORKERS: '1' }

/** A processor in the test's own process, so that its snapshot can be asked. */
export class RunningProcessor {
  readonly #processor: Processor
  readonly #running: Promise<Ending>
  #failure: Error | undefined

  static async start(environment: Environment): Promise<RunningProcessor> {
    const { processor } = await createProcessor({ ...DEFAULTS, ...environment })
    return new RunningProcessor(processor)
  }

  private constructor(processor: Processor) {
    this.#processor = processor
    this.#running = processor.run()
    this.#running.catch((error: Error) => (this.#failure = error))
  }

  get snapshot(): Snapshot {
    return this.#processor.snapshot()
  }

  /** Records that have an outcome, by this processor. */
  get settled(): number {
    const { processed, filtered, expired, deadLetter } = this.snapshot.tally
    return processed + filtered + expired + deadLetter
  }

  /** Fails as soon as the processor does. */
  async until(what: string, condition: (processor: this) => boolean | Promise<boolean>): Promise<void> {
    await until(what, () => {
      if (this.#failure !== undefined) throw this.#failure
      return condition(this)
    })
  }

  untilSettled(records: number): Promise<void> {
    return this.until(`${records} records settled`, () => this.settled >= records)
  }

  /** Drains and leaves. */
  stop(): Promise<Ending> {
    this.#processor.stop()
    return this.#running
  }
}

/** Runs a processor until it has settled so many records, and stops it. */
export async function settle(environment: Environment, records: number): Promise<Snapshot & Ending> {
  const processor = await RunningProcessor.start(environment)
  try {
    await processor.untilSettled(records)
  } finally {
    await processor.stop()
  }
  return { ...processor.snapshot, ...(await processor.stop()) }
}
