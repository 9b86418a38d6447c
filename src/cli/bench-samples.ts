import { createSampleGenerator } from '../../pipelines/user-login/samples.ts'
import type { InputSample } from '../benchmark/input-sample.ts'
import type { CoreSettings } from '../config/options.ts'
import { SettingsError } from '../config/read-environment.ts'
import type { AnyPipeline } from '../pipeline.ts'

const RECORDS = 20_000
const SAMPLED = 'user-login'

/** @throws SettingsError where sample logins would all be dead letters. */
export function sampleLogins({ seed, inputCodec, topicPartitions }: CoreSettings, pipeline: AnyPipeline): InputSample {
  if (pipeline.name !== SAMPLED) throw new SettingsError(`--samples are logins, and the pipeline is ${pipeline.name}`)
  if (inputCodec !== 'json') throw new SettingsError('--samples are JSON, and INPUT_CODEC says otherwise')
  const samples = createSampleGenerator({ seed, numbered: false, startTimeMs: Date.now() })
  const records = Array.from({ length: RECORDS }, (_, number) => samples.at(number))
  return { records, partitions: topicPartitions }
}
