import { isSaidInAvro } from '../../pipelines/user-login/sample-kinds.ts'
import {
  LOGIN_BYTES_AT_MOST,
  SAMPLE_KEY_BYTES,
  type Sample,
  type SampleGenerator
} from '../../pipelines/user-login/samples.ts'
import { createAvroEncoder, type AvroEncoder } from '../avro/encode.ts'

/**
 * The same samples in Avro. Those whose fault is one of JSON, or that the schema has no room for, stay what they are: as
 * Avro they are bad too.
 */
export class AvroSamples implements SampleGenerator {
  readonly #samples: SampleGenerator
  readonly #encoder: AvroEncoder
  readonly #json = Buffer.alloc(LOGIN_BYTES_AT_MOST)

  constructor(samples: SampleGenerator, schema: object, id: number) {
    this.#samples = samples
    this.#encoder = createAvroEncoder(schema, id)
  }

  get timestampMs(): number {
    return this.#samples.timestampMs
  }

  at(number: number): Sample {
    const sample = this.#samples.at(number)
    if (sample.value === null || !isSaidInAvro(sample.kind)) return sample
    return { ...sample, value: this.#encoder.encode(JSON.parse(sample.value.toString('latin1')) as object) }
  }

  write(number: number, into: Buffer, at: number): number {
    const jsonEnd = this.#samples.write(number, this.#json, 0)
    if (jsonEnd === 0) return 0
    const valueStart = at + this.#json.copy(into, at, 0, SAMPLE_KEY_BYTES)
    const login = JSON.parse(this.#json.toString('latin1', SAMPLE_KEY_BYTES, jsonEnd)) as object
    // Avro is shorter than JSON, so there is room.
    return this.#encoder.write(login, into, valueStart)
  }
}
