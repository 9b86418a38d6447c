import { recordType } from '../../avro/record-type.ts'
import type { AnyPipeline, OutputDefinition } from '../../pipeline.ts'
import type { CoreSettings } from '../options.ts'
import type { Rule } from '../rules.ts'

const USE_JSON = 'use json, or a pipeline that declares one'
const NEEDS_URL = 'set SCHEMA_REGISTRY_URL, such as http://localhost:8081'
const UNUSED = 'set SCHEMA_REGISTRY_URL, or unset it'
const USE_HTTPS = 'write https:// in SCHEMA_REGISTRY_URL, or unset the file'

/** What would make every record a dead letter, or fail on the first request without a word of the cause. */
export const schemaRegistryRules: readonly Rule[] = [
  {
    settings: ['inputCodec', 'schemaRegistryUrl'],
    holds: settings => settings.inputCodec === 'json' || settings.schemaRegistryUrl !== undefined,
    wrong: () => 'only a schema registry knows what Avro records are written with',
    remedy: NEEDS_URL
  },
  {
    settings: ['outputCodec', 'schemaRegistryUrl'],
    holds: settings => settings.outputCodec === 'json' || settings.schemaRegistryUrl !== undefined,
    wrong: () => 'Avro rows carry the number that a schema registry gives their schema',
    remedy: NEEDS_URL
  },
  {
    settings: ['inputCodec'],
    holds: ({ inputCodec }, { input }) => inputCodec === 'json' || problemOf(input.avro) === undefined,
    wrong: (_, { name, input }) => `pipeline ${name}, input.avro: ${problemOf(input.avro)}`,
    remedy: USE_JSON
  },
  {
    settings: ['validateWith'],
    holds: ({ validateWith }, { input }) => validateWith === 'types' || problemOf(input.avro) === undefined,
    wrong: (_, { name, input }) => `pipeline ${name}, input.avro: ${problemOf(input.avro)}`,
    remedy: 'use types, or a pipeline that declares one'
  },
  {
    settings: ['outputCodec'],
    holds: ({ outputCodec }, pipeline) => outputCodec === 'json' || badOutput(pipeline) === undefined,
    wrong: (_, pipeline) => `pipeline ${pipeline.name}, ${badOutput(pipeline)}`,
    remedy: USE_JSON
  },
  {
    settings: ['extraFields', 'outputCodec'],
    holds: settings => settings.extraFields !== 'keep' || settings.outputCodec === 'json',
    wrong: () => 'the schema of Avro rows has no place for fields that it does not know',
    remedy: 'set EXTRA_FIELDS to drop or reject, or OUTPUT_CODEC=json'
  },
  {
    settings: ['schemaRegistryUsername', 'schemaRegistryPassword'],
    holds: settings =>
      (settings.schemaRegistryUsername === undefined) === (settings.schemaRegistryPassword === undefined),
    wrong: () => 'a user name and its password are of use together only',
    remedy: 'set both or none'
  },
  {
    settings: ['schemaRegistryToken', 'schemaRegistryUsername'],
    holds: settings => settings.schemaRegistryToken === undefined || settings.schemaRegistryUsername === undefined,
    wrong: () => 'the registry is told who asks by a token or by a user name, not by both',
    remedy: 'unset one of them'
  },
  {
    settings: ['schemaRegistryCertFile', 'schemaRegistryKeyFile'],
    holds: settings =>
      (settings.schemaRegistryCertFile === undefined) === (settings.schemaRegistryKeyFile === undefined),
    wrong: () => 'a certificate and its key are of use together only',
    remedy: 'set both or none'
  },
  ...(['schemaRegistryUsername', 'schemaRegistryToken', 'schemaRegistryCaFile', 'schemaRegistryCertFile'] as const).map(
    option => ({
      settings: [option, 'schemaRegistryUrl'] as const,
      holds: (settings: CoreSettings) => settings[option] === undefined || settings.schemaRegistryUrl !== undefined,
      wrong: () => 'no schema registry is asked',
      remedy: UNUSED
    })
  ),
  ...(['schemaRegistryCaFile', 'schemaRegistryCertFile'] as const).map(option => ({
    settings: [option, 'schemaRegistryUrl'] as const,
    holds: (settings: CoreSettings) =>
      settings[option] === undefined || !settings.schemaRegistryUrl?.startsWith('http://'),
    wrong: () => 'certificates are not asked for over http://, where nothing is encrypted',
    remedy: USE_HTTPS
  }))
]

/** Why a declared schema can't be used; undefined if it can. */
function problemOf(avro: object | undefined): string | undefined {
  if (avro === undefined) return 'the pipeline declares no Avro schema'
  try {
    recordType(avro)
    return undefined
  } catch (error) {
    return `not an Avro schema of a record (${(error as Error).message})`
  }
}

function badOutput({ outputs }: AnyPipeline): string | undefined {
  const definitions: [string, OutputDefinition][] = Object.entries(outputs)
  for (const [name, { avro }] of definitions) {
    const problem = problemOf(avro)
    if (problem !== undefined) return `outputs.${name}.avro: ${problem}`
  }
  return undefined
}
