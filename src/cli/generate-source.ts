import { objectionToShares } from '../../pipelines/user-login/sample-kinds.ts'
import type { TimestampForm } from '../../pipelines/user-login/sample-times.ts'
import type { SampleSettings } from '../../pipelines/user-login/samples.ts'
import type { CoreSettings } from '../config/options.ts'
import { SettingsError } from '../config/read-environment.ts'
import type { BatchSource } from '../generator/batch-source.ts'
import type { SamplesMade } from '../generator/create-samples.ts'
import { ReplayBatches } from '../generator/replay-batches.ts'
import { SampleBatches } from '../generator/sample-batches.ts'
import type { AnyPipeline } from '../pipeline.ts'
import { registryAccess } from '../schema-registry/registry-access.ts'
import { SchemaRegistry } from '../schema-registry/schema-registry.ts'
import { inputSubjects } from '../schema-registry/subjects.ts'

/** How fast the clock of samples runs that are written as fast as it goes. */
const UNPACED_PER_SECOND = 100_000

/** What `millrace generate` is to write, from now on. */
export async function openSource(settings: CoreSettings, pipeline: AnyPipeline, nowMs: number): Promise<BatchSource> {
  if (settings.replayFile !== undefined) return openReplay(settings, settings.replayFile)
  const shares = sharesOf(settings)
  const objection = objectionToShares(shares)
  if (objection !== undefined) throw new SettingsError(`SAMPLE_SHARES: ${objection}`)
  const isAvro = settings.sampleCodec === 'avro' || (settings.sampleCodec === 'input' && settings.inputCodec === 'avro')
  const avro = isAvro ? await findSchema(settings, pipeline) : undefined
  const made: SamplesMade = { settings: { ...sampleSettings(settings, nowMs), shares }, avro }
  const isEndless = settings.rate > 0 && settings.samples === 0
  return new SampleBatches(made, isEndless ? Infinity : settings.samples)
}

async function openReplay({ replayLoops, maxRecordBytes }: CoreSettings, file: string): Promise<BatchSource> {
  try {
    return await ReplayBatches.open({ file, loops: replayLoops, maxRecordBytes })
  } catch (error) {
    throw new SettingsError(`REPLAY_FILE can't be read: ${(error as Error).message}`)
  }
}

function sampleSettings(settings: CoreSettings, nowMs: number): SampleSettings {
  const { seed, rate, samples, sampleSpanMs, sampleUsers, sampleTimestamps, sampleRolloutPercent } = settings
  return {
    seed,
    startTimeMs: nowMs - sampleSpanMs,
    samplesPerSecond: rate || UNPACED_PER_SECOND,
    span: sampleSpanMs > 0 ? { endTimeMs: nowMs, samples } : undefined,
    users: sampleUsers,
    timestamps: sampleTimestamps as readonly TimestampForm[],
    rolloutShare: sampleRolloutPercent / 100,
    numbered: settings.sampleNumbers === 'on'
  }
}

function sharesOf({ sampleShares }: CoreSettings): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(sampleShares).map(([kind, share]) => [kind, Number(share)]))
}

/** @throws if the schema is not registered, or nobody says so. */
async function findSchema(settings: CoreSettings, pipeline: AnyPipeline): Promise<SamplesMade['avro']> {
  const access = registryAccess(settings)
  const [named] = inputSubjects(pipeline, settings)
  if (access === undefined || named === undefined) {
    throw new SettingsError(
      'samples in Avro need SCHEMA_REGISTRY_URL, and a pipeline with an Avro schema for its input'
    )
  }
  const registry = new SchemaRegistry(access)
  try {
    const found = await registry.find(named.subject, named.schema)
    if (found !== undefined) return { schema: named.schema, id: found.id }
  } finally {
    registry.close()
  }
  throw new Error(
    `the schema of the input is not registered under subject ${named.subject}: run \`millrace schema register\``
  )
}
