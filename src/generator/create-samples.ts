import { createSampleGenerator, type SampleGenerator, type SampleSettings } from '../../pipelines/user-login/samples.ts'
import { AvroSamples } from './avro-samples.ts'

/** What samples are made of; all that a thread needs to know. */
export interface SamplesMade {
  readonly settings: SampleSettings
  /** They are written in Avro, and a registry knows this schema by this number. */
  readonly avro?: { readonly schema: object; readonly id: number }
}

export function createSamples({ settings, avro }: SamplesMade): SampleGenerator {
  const samples = createSampleGenerator(settings)
  return avro === undefined ? samples : new AvroSamples(samples, avro.schema, avro.id)
}
