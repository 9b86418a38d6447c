import { availableParallelism, totalmem } from 'node:os'
import { BenchTopics } from '../benchmark/bench-topics.ts'
import { type InputSample, sampleInput } from '../benchmark/input-sample.ts'
import { refusalOf } from '../benchmark/trial-environment.ts'
import { TrialGround } from '../benchmark/trial-ground.ts'
import { commandProperties } from '../config/client-properties.ts'
import { isInput, topicsRead } from '../config/inputs.ts'
import type { CoreSettings } from '../config/options.ts'
import { readEnvironment, SettingsError } from '../config/read-environment.ts'
import { ConfluentAdmin } from '../kafka/confluent/admin.ts'
import { ConfluentRangeReader } from '../kafka/confluent/range-reader.ts'
import type { AnyPipeline } from '../pipeline.ts'
import { BENCH_HELP, type BenchArguments, readBenchArguments } from './bench-arguments.ts'
import { measureOnce, recordsOfARun } from './bench-measure.ts'
import { sampleLogins } from './bench-samples.ts'
import { announceBench, measuredText, warnOfMembers } from './bench-text.ts'
import { tuneSettings } from './bench-tune.ts'
import type { Command, CommandContext } from './command.ts'
import { localBroker } from './local-broker.ts'
import { OpenClients } from './open-clients.ts'
import { print } from './print.ts'
import { ProgressLine } from './progress-line.ts'

/** `millrace bench`: what the pipeline takes here, and with `--tune` by which settings it takes less. */
export const bench: Command = async (args, context) => {
  const asked = readBenchArguments(args)
  if (asked.help) {
    process.stdout.write(BENCH_HELP)
    return 0
  }
  const broker = localBroker(context.environment)
  if (broker.simulated) throw new SettingsError('the simulated broker keeps too little to measure with')
  const { environment } = broker
  const read = await readEnvironment(environment)
  const { settings, pipeline } = read
  const refusal = refusalOf(pipeline, settings)
  if (refusal !== undefined) throw new SettingsError(refusal)
  const properties = commandProperties(read, 'consumer')
  const stop = new AbortController()
  context.onStop(() => stop.abort(new Error('it was stopped before its end')))
  const clients = new OpenClients(context.onUnclosed)
  try {
    const admin = await clients.connect(new ConfluentAdmin(properties))
    const reader = await clients.connect(new ConfluentRangeReader(properties))
    const sample = await sampleOf(asked, settings, pipeline, { admin, reader, signal: stop.signal })
    const topics = new BenchTopics(admin)
    announceBench({ settings, pipeline, sample, tag: topics.tag, samples: asked.samples })
    warnOfMembers(settings.groupId, await admin.memberCount(settings.groupId))
    const ground = new TrialGround({
      environment,
      pipeline,
      settings,
      producerProperties: commandProperties(read, 'producer'),
      admin,
      reader,
      topics,
      sample,
      stop: stop.signal
    })
    try {
      return await run(asked, ground, { environment, settings, pipeline })
    } finally {
      await topics.removeAll()
    }
  } finally {
    await clients.close()
  }
}

export interface Benched {
  readonly environment: CommandContext['environment']
  readonly settings: CoreSettings
  readonly pipeline: AnyPipeline
}

async function run(asked: BenchArguments, ground: TrialGround, benched: Benched): Promise<number> {
  const line = new ProgressLine(process.stderr)
  const endMs = performance.now() + asked.minutes * 60_000
  try {
    line.show('filling a topic, and a first run that does not count')
    const records = asked.records ?? (await recordsOfARun(ground))
    await ground.fill(records)
    if (asked.tune) {
      const machine = { cores: availableParallelism(), memoryBytes: totalmem() }
      const lines = await tuneSettings(ground, { ...benched, ...machine, records, rate: asked.rate, endMs, line })
      line.end()
      for (const text of lines) process.stdout.write(`${text}\n`)
      return 0
    }
    const measured = await measureOnce(ground, records, asked.rate, line)
    line.end()
    if (asked.json) process.stdout.write(`${JSON.stringify(measured)}\n`)
    else for (const text of measuredText(measured)) print(text)
    return 0
  } finally {
    line.end()
  }
}

/** Records of the input; samples where they are asked for, or where the input has none. */
async function sampleOf(
  { samples }: BenchArguments,
  settings: CoreSettings,
  pipeline: AnyPipeline,
  { admin, reader, signal }: { admin: ConfluentAdmin; reader: ConfluentRangeReader; signal: AbortSignal }
): Promise<InputSample> {
  if (samples) return sampleLogins(settings, pipeline)
  const inputs = topicsRead(settings)
  const topics = [...(await admin.partitionCounts()).keys()].filter(topic => isInput(inputs, topic))
  const sample = await sampleInput(admin, reader, topics, signal)
  if (sample.records.length > 0) return sample
  throw new SettingsError(
    `there are no records in ${inputs.join(', ')} to measure with: write some, or try --samples for sample logins`
  )
}
