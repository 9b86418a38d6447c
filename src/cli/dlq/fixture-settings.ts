import type { Environment } from '../../config/environment.ts'
import { environmentName, type Option } from '../../config/option.ts'
import { optionsFor } from '../../config/options.ts'
import { recordOptions } from '../../config/options/records.ts'
import type { RawSettings } from '../../config/raw-settings.ts'
import type { AnyPipeline } from '../../pipeline.ts'

/** Whatever a secret is, a test does without it. */
const INSTEAD_OF_SECRETS = 'not-the-real-one-but-long-enough'
/** It asks no registry, either: the schemas stand beside the records. */
const INSTEAD_OF_REGISTRY = { SCHEMA_REGISTRY_URL: 'http://not-asked' }
const CODECS = ['inputCodec', 'outputCodec', 'validateWith']

/** The settings that were set and that a record is judged by, as environment variables. */
export function judgingSettings(raw: RawSettings, pipeline: AnyPipeline): Environment {
  const names = [
    ...Object.keys(recordOptions(pipeline)),
    'maxRecordBytes',
    'maxOutputBytes',
    ...CODECS,
    ...Object.keys(pipeline.options)
  ]
  const table: Readonly<Record<string, Option>> = optionsFor(pipeline)
  const set = names.filter(name => Object.hasOwn(raw, name))
  const registry = raw.inputCodec === 'avro' || raw.outputCodec === 'avro' ? INSTEAD_OF_REGISTRY : {}
  const values = set.map(name => [environmentName(name), table[name].secret ? INSTEAD_OF_SECRETS : raw[name]])
  return { ...registry, ...Object.fromEntries(values) }
}
