import { commandProperties } from '../config/client-properties.ts'
import { outputsOf } from '../config/outputs.ts'
import { readEnvironment, SettingsError } from '../config/read-environment.ts'
import type { CoreSettings } from '../config/options.ts'
import type { ReadSettings } from '../config/settings.ts'
import { ConfluentAdmin } from '../kafka/confluent/admin.ts'
import { ConfluentRangeReader } from '../kafka/confluent/range-reader.ts'
import type { OffsetRange, RangeReader } from '../kafka/range-reader.ts'
import type { AnyPipeline } from '../pipeline.ts'
import type { TaskSchemas } from '../pool/protocol.ts'
import { registryAccess } from '../schema-registry/registry-access.ts'
import { SchemaRegistry } from '../schema-registry/schema-registry.ts'
import { notesOn } from '../verify/notes.ts'
import { reportOf } from '../verify/report.ts'
import { resultOf, type VerifyResult } from '../verify/result.ts'
import { schemasOf } from '../verify/schemas.ts'
import { VerifyRefusal, type VerifyTask } from '../verify/task.ts'
import { Trial } from '../verify/trial.ts'
import { verify as holdAgainst, type VerifyProgress } from '../verify/verify.ts'
import type { Command, CommandContext } from './command.ts'
import { localBroker } from './local-broker.ts'
import { OpenClients } from './open-clients.ts'
import { print } from './print.ts'
import { grouped, ProgressLine } from './progress-line.ts'
import { readVerifyArguments, VERIFY_HELP, type VerifyArguments } from './verify-arguments.ts'
import { VerifyRanges } from './verify-ranges.ts'

/** 72 MB, and as much again for the rows of records with several. */
const LIMITS = { positionsAtOnce: 8_000_000, rowsAtOnce: 16_000_000 }

const SHOW_EVERY_MS = 200

const FINDINGS = 1
const NOTHING_SAID = 2
const NOT_ENDED = 3
const CODES = { clean: 0, findings: FINDINGS, unsure: NOTHING_SAID } as const

/** `millrace verify`: holds what went in against what came out. */
export const verify: Command = async (args, context) => {
  const asked = readVerifyArguments(args, Date.now())
  if (asked.help) {
    process.stdout.write(VERIFY_HELP)
    return 0
  }
  const broker = localBroker(context.environment)
  if (broker.simulated) throw new SettingsError('the simulated broker keeps neither all records nor a group to ask')
  const read = await readEnvironment(broker.environment)
  try {
    const result = await run(read, asked, context)
    if (asked.json) process.stdout.write(`${JSON.stringify(result)}\n`)
    else for (const line of reportOf(result)) print(line)
    return CODES[result.verdict]
  } catch (error) {
    process.stderr.write(`millrace verify: ${(error as Error).message}\n`)
    return error instanceof VerifyRefusal ? NOTHING_SAID : NOT_ENDED
  }
}

async function run(
  read: ReadSettings & { pipeline: AnyPipeline },
  asked: VerifyArguments,
  { onStop, onUnclosed }: CommandContext
): Promise<VerifyResult> {
  const { settings } = read
  const group = asked.group ?? settings.groupId
  const stop = new AbortController()
  onStop(() => stop.abort(new Error('it was stopped before its end')))
  const properties = commandProperties(read, 'consumer')
  const clients = new OpenClients(onUnclosed)
  const line = new ProgressLine(process.stderr)
  try {
    const admin = await clients.connect(new ConfluentAdmin(properties))
    const reader = await clients.connect(new ConfluentRangeReader(properties))
    const cluster = new VerifyRanges(admin, reader)
    const { ranges, notes } = await cluster.inputs(settings, group, asked)
    // Only now: what has come of the committed records stands before the ends of the outputs then.
    const outputs = await cluster.outputs(read.pipeline, settings, asked)
    const schemas = await schemasFor(read.settings, ranges, reader, stop.signal)
    const task = verifyTask(read, asked, { inputs: ranges, outputs, ...LIMITS }, schemas)
    const progressed = throttled((progress: VerifyProgress) => line.show(...progressParts(progress)))
    const verified = await holdAgainst(task, { reader, signal: stop.signal, progressed })
    const deleted = await cluster.deletedSince([...task.inputs, ...task.outputs])
    if (deleted.length > 0) throw new VerifyRefusal(`records were deleted while they were read: ${deleted.join(', ')}`)
    const further = notesOn(task, verified, settings.delivery === 'exactly-once')
    return resultOf(task, verified, {
      group,
      allowDuplicates: asked.allowDuplicates,
      notes: [...notes, ...further]
    })
  } finally {
    line.end()
    await clients.close()
  }
}

/** What these settings and arguments ask for. */
export function verifyTask(
  { pipeline, settings }: ReadSettings & { pipeline: AnyPipeline },
  { ignoreUntraced, limit }: VerifyArguments,
  given: Pick<VerifyTask, 'inputs' | 'outputs' | 'positionsAtOnce' | 'rowsAtOnce'>,
  schemas?: TaskSchemas
): VerifyTask {
  return {
    ...given,
    topics: outputsOf(pipeline, settings).topics,
    trial: new Trial(pipeline, settings, Date.now(), schemas),
    ignoreUntraced,
    shown: limit
  }
}

/** Undefined where records name none. */
async function schemasFor(
  settings: CoreSettings,
  ranges: readonly OffsetRange[],
  reader: RangeReader,
  signal: AbortSignal
): Promise<TaskSchemas | undefined> {
  const access = registryAccess(settings)
  if (settings.inputCodec === 'json' || access === undefined) return undefined
  const registry = new SchemaRegistry(access)
  try {
    return await schemasOf(ranges, reader, registry, signal)
  } finally {
    registry.close()
  }
}

function throttled<T>(call: (value: T) => void): (value: T) => void {
  let calledMs = 0
  return value => {
    if (performance.now() - calledMs < SHOW_EVERY_MS) return
    calledMs = performance.now()
    call(value)
  }
}

function progressParts({ pass, passes, done, total }: VerifyProgress): string[] {
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100)
  return [`${percent} %`, `${grouped(done)} of ${grouped(total)}`, passes > 1 ? `part ${pass} of ${passes}` : '']
}
