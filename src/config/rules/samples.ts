import type { Rule } from '../rules.ts'

export const sampleRules: readonly Rule[] = [
  {
    settings: ['sampleSpanMs', 'samples'],
    holds: ({ sampleSpanMs, samples }) => sampleSpanMs === 0 || samples > 0,
    wrong: () => 'samples without an end can not be spread over a time that ends now',
    remedy: 'set SAMPLES to how many there are to be, or SAMPLE_SPAN_MS to 0'
  },
  {
    settings: ['sampleCodec', 'schemaRegistryUrl'],
    holds: ({ sampleCodec, schemaRegistryUrl }) => sampleCodec !== 'avro' || schemaRegistryUrl !== undefined,
    wrong: () => 'samples in Avro carry the number that a schema registry gave their schema',
    remedy: 'set SCHEMA_REGISTRY_URL, or SAMPLE_CODEC=json'
  },
  {
    settings: ['sampleSpanMs', 'replayFile'],
    holds: ({ sampleSpanMs, replayFile }) => sampleSpanMs === 0 || replayFile === undefined,
    wrong: () => 'what is replayed is written as it is, with the present as its Kafka timestamp',
    remedy: 'leave SAMPLE_SPAN_MS out'
  }
]
