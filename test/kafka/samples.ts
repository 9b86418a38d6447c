import { createSampleGenerator, SAMPLE_HEADER, type SampleGenerator } from '../../pipelines/user-login/samples.ts'
import { BulkProducer } from '../../src/kafka/confluent/bulk-producer.ts'
import type { ConsumedRow, SourcePosition } from '../invariants/source.ts'
import { brokers } from './test-kafka.ts'
import { headerOf, type StoredRecord } from './topic-reader.ts'

/** Writes the sample logins from 0 to before `count`, each with its number in a header. */
export async function writeSamples(
  topic: string,
  count: number,
  seed = 1,
  bootstrap = brokers
): Promise<SampleGenerator> {
  const samples = createSampleGenerator({ seed, startTimeMs: Date.now() })
  const producer = new BulkProducer({ 'bootstrap.servers': bootstrap }, topic)
  await producer.connect()
  try {
    for (let number = 0; number < count; number++) {
      while (!producer.send(samples.at(number))) await new Promise(setImmediate)
    }
    await producer.flush()
    return samples
  } finally {
    await producer.disconnect()
  }
}

export function sampleNumber(record: StoredRecord): number {
  return Number(headerOf(record, SAMPLE_HEADER))
}

/** What came of samples, each row with the place in the input that its sample was read from. */
export interface Trace {
  readonly inputs: readonly SourcePosition[]
  readonly rows: readonly ConsumedRow[]
}

export function traceSamples(inputs: readonly StoredRecord[], outputs: readonly StoredRecord[]): Trace {
  const sources = new Map(inputs.map(input => [sampleNumber(input), positionOf(input)]))
  const rows = outputs.map(output => {
    const source = sources.get(sampleNumber(output))
    if (source === undefined) throw new Error(`sample ${sampleNumber(output)} was never written`)
    return { topic: output.topic, partition: output.partition, source }
  })
  return { inputs: [...sources.values()], rows }
}

function positionOf({ topic, partition, offset }: StoredRecord): SourcePosition {
  return { topic, partition, offset }
}
