import type { CoreSettings } from '../config/options.ts'
import { readEnvironment, SettingsError } from '../config/read-environment.ts'
import type { AnyPipeline } from '../pipeline.ts'
import { registryAccess } from '../schema-registry/registry-access.ts'
import { register, standingOf, type Standing } from '../schema-registry/registration.ts'
import { SchemaRegistry } from '../schema-registry/schema-registry.ts'
import { inputSubjects, outputSubjects, type SubjectSchema } from '../schema-registry/subjects.ts'
import type { Command } from './command.ts'
import { print } from './print.ts'
import { readSchemaArguments, SCHEMA_HELP } from './schema-arguments.ts'
import { printRegistration, printStanding, printVersions } from './schema-text.ts'

const VERSIONS_SHOWN = 20

/** `millrace schema`: the pipeline's Avro schemas in the schema registry. */
export const schema: Command = async (args, { environment }) => {
  const wish = readSchemaArguments(args)
  if (wish === undefined) {
    process.stdout.write(SCHEMA_HELP)
    return 0
  }
  const { settings, pipeline } = await readEnvironment(environment)
  const access = registryAccess(settings)
  if (access === undefined) throw new SettingsError('SCHEMA_REGISTRY_URL is not set, such as http://localhost:8081')
  const subjects = subjectsOf(pipeline, settings, wish.subject)
  const registry = new SchemaRegistry(access)
  try {
    print(`schema registry ${access.url}`)
    if (wish.action === 'show') return await show(registry, subjects)
    const standings: Standing[] = []
    for (const subject of subjects) standings.push(await standingOf(registry, subject))
    const isRefused = standings.some(({ compatibility }) => !compatibility.isCompatible)
    // Nothing is registered unless all can be.
    if (wish.action === 'check' || isRefused) for (const standing of standings) printStanding(standing)
    else await registerAll(registry, subjects, standings)
    return isRefused ? 1 : 0
  } finally {
    registry.close()
  }
}

async function registerAll(
  registry: SchemaRegistry,
  subjects: readonly SubjectSchema[],
  standings: readonly Standing[]
): Promise<void> {
  for (const [index, subject] of subjects.entries()) {
    printRegistration(subject.subject, await register(registry, subject, standings[index]))
  }
}

async function show(registry: SchemaRegistry, subjects: readonly SubjectSchema[]): Promise<number> {
  for (const subject of subjects) {
    const { registered, level, latest } = await standingOf(registry, subject)
    const numbers = await registry.versions(subject.subject)
    const versions = []
    for (const number of numbers.slice(-VERSIONS_SHOWN)) versions.push(await registry.version(subject.subject, number))
    const found = versions.filter(version => version !== undefined)
    printVersions(subject.subject, latest && level, found, numbers.length - versions.length, registered?.version)
  }
  return 0
}

function subjectsOf(pipeline: AnyPipeline, settings: CoreSettings, only: string | undefined): SubjectSchema[] {
  const outputs = outputSubjects(pipeline, settings).filter(subject => subject !== undefined)
  const inputs = inputSubjects(pipeline, settings)
  const all = settings.outputCodec === 'avro' || only !== undefined ? [...inputs, ...outputs] : inputs
  const chosen = only === undefined ? all : all.filter(({ subject }) => subject === only)
  if (chosen.length > 0) return chosen
  const names = all.map(({ subject }) => subject).join(', ')
  if (names !== '') throw new SettingsError(`the pipeline has no schema of subject '${only}'; it has ${names}`)
  throw new SettingsError(
    pipeline.input.avro === undefined
      ? `pipeline ${pipeline.name} declares no Avro schema (input.avro, outputs.<name>.avro)`
      : 'INPUT_TOPIC names no topic but patterns: set INPUT_SUBJECT'
  )
}
