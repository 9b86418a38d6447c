import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientProperties } from '../config/client-properties.ts'
import type { Environment } from '../config/environment.ts'
import type { CoreSettings } from '../config/options.ts'
import type { AdminClient } from '../kafka/admin.ts'
import { allPartitions } from '../kafka/all-partitions.ts'
import type { BulkRecord } from '../kafka/confluent/bulk-producer.ts'
import type { TopicPartition } from '../kafka/ports.ts'
import type { RangeReader } from '../kafka/range-reader.ts'
import type { AnyPipeline } from '../pipeline.ts'
import { type AppendLatency, readAppendLatency } from './append-latency.ts'
import type { BenchTopics } from './bench-topics.ts'
import type { InputSample } from './input-sample.ts'
import { topicsWritten, trialEnvironment } from './trial-environment.ts'
import type { TrialResult } from './trial-run.ts'
import { startTrial } from './trials.ts'
import { writeInput, writePaced } from './write-input.ts'

export interface TrialGroundOptions {
  readonly environment: Environment
  readonly pipeline: AnyPipeline
  readonly settings: CoreSettings
  readonly producerProperties: ClientProperties
  readonly admin: AdminClient
  readonly reader: RangeReader
  readonly topics: BenchTopics
  readonly sample: InputSample
  readonly stop: AbortSignal
}

/** Records that a trial handles before they come at a steady pace, so that it is known to run. */
const FIRST_RECORDS = 100
const WARM_UP_MS = 1000
const LOOK_MS = 50
/** Where nothing comes of the first records there is nothing to see. */
const FIRST_OUTPUT_WITHIN_MS = 15_000
/** Below what a client may queue: a record has to fit a request. */
const FRAMING_BYTES = 65_536

export interface PacedResult extends TrialResult {
  readonly latency: AppendLatency | undefined
}

/** Where trials take place: topics of the bench's own, filled with the sample. */
export class TrialGround {
  readonly #options: TrialGroundOptions
  readonly #properties: ClientProperties
  #input = ''

  constructor(options: TrialGroundOptions) {
    const { settings, producerProperties } = options
    this.#options = options
    this.#properties = {
      ...producerProperties,
      'message.max.bytes': settings.maxRecordBytes + FRAMING_BYTES
    }
  }

  /** Writes what the next throughput trials read: all of them the same records. */
  async fill(records: number): Promise<void> {
    const { topics, sample, stop } = this.#options
    if (this.#input !== '') await topics.remove([this.#input])
    this.#input = await topics.create('in', sample.partitions)
    await writeInput(this.#properties, this.#input, sample.records, records, stop)
  }

  /** A backlog of so many records, as fast as it goes; at most as many as it was filled with. */
  throughput(changed: Environment, records: number): Promise<TrialResult> {
    return this.#with(this.#input, changed, environment => startTrial(environment, records, this.#options.stop))
  }

  /** Records that come at a steady rate. */
  async paced(changed: Environment, rate: number, seconds: number): Promise<PacedResult> {
    const { topics, sample, reader, stop } = this.#options
    const input = await topics.create('in-paced', sample.partitions)
    const count = Math.ceil(rate * (seconds + WARM_UP_MS / 1000))
    const traced = { ...changed, PROVENANCE_HEADERS: 'on' }
    try {
      return await this.#with(input, traced, async (environment, outputs) => {
        await this.#write(input, sample.records, FIRST_RECORDS)
        const trial = startTrial(environment, FIRST_RECORDS + count, stop)
        // It is awaited below; until then its failure is nobody's.
        trial.catch(() => undefined)
        await Promise.race([this.#untilWritten(outputs), trial])
        const sinceMs = Date.now() + WARM_UP_MS
        await writePaced(this.#properties, input, sample.records, { count, rate }, stop)
        const result = await trial
        const latency = await readAppendLatency(
          reader,
          this.#partitions([input]),
          this.#partitions(outputs),
          sinceMs,
          stop
        )
        return { ...result, latency }
      })
    } finally {
      await topics.remove([input])
    }
  }

  #write(topic: string, records: readonly BulkRecord[], count: number): Promise<void> {
    return writeInput(this.#properties, topic, records, count, this.#options.stop)
  }

  /** Gives a trial outputs and a group, which are gone afterwards. */
  async #with<Result>(
    input: string,
    changed: Environment,
    run: (environment: Environment, outputs: readonly string[]) => Promise<Result>
  ): Promise<Result> {
    const { topics, sample, pipeline, settings, environment } = this.#options
    const outputs = new Map<string, string>()
    try {
      for (const topic of topicsWritten(pipeline, settings)) {
        outputs.set(topic, await topics.create('out', sample.partitions))
      }
      const place = { input, group: topics.newGroup(), outputFor: (topic: string) => outputs.get(topic)! }
      const given = { ...environment, ...changed }
      return await run(trialEnvironment(given, { pipeline, settings }, place), [...outputs.values()])
    } finally {
      await topics.remove(outputs.values())
    }
  }

  async #untilWritten(outputs: readonly string[]): Promise<void> {
    const { admin, stop } = this.#options
    const untilMs = performance.now() + FIRST_OUTPUT_WITHIN_MS
    for (; !stop.aborted && performance.now() < untilMs; await sleep(LOOK_MS)) {
      const ends = await admin.endOffsets(this.#partitions(outputs))
      if (ends.some(({ offset }) => offset > 0)) return
    }
  }

  #partitions(topics: readonly string[]): TopicPartition[] {
    const { partitions } = this.#options.sample
    return topics.flatMap(topic => allPartitions(topic, partitions))
  }
}
