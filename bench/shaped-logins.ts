import type { Sample, SampleGenerator, SampleShares } from '../pipelines/user-login/samples.ts'
import type { Header } from '../src/pipeline.ts'
import type { InputShape } from './bench-case.ts'

const END_OF_OBJECT = 0x7d
const FILLER = Buffer.from(',"filler":"')
const FILLER_END = Buffer.from('"}')
/** Each filler begins at another place of these, so that they compress as little as real data does. */
const NOISE_BYTES = 1_048_576

/** Sample logins with headers, and as large as a scenario wants them. A field that no schema knows makes them larger. */
export class ShapedLogins {
  readonly #samples: Pick<SampleGenerator, 'at'>
  readonly #valueBytes: number
  readonly #noise: Buffer
  readonly #headers: readonly Header[]

  constructor(samples: Pick<SampleGenerator, 'at'>, { valueBytes = 0, headers }: InputShape) {
    this.#samples = samples
    this.#valueBytes = valueBytes
    this.#noise = valueBytes === 0 ? Buffer.alloc(0) : noise(NOISE_BYTES + valueBytes)
    this.#headers = Array.from({ length: headers }, (_, index) => traceHeader(index))
  }

  at(number: number): Sample {
    const sample = this.#samples.at(number)
    return { ...sample, headers: [...sample.headers, ...this.#headers], value: this.#filled(sample.value, number) }
  }

  /** What is not an object stays as it is. */
  #filled(value: Sample['value'], number: number): Sample['value'] {
    const missing = value === null ? 0 : this.#valueBytes - value.length - FILLER.length - 1
    if (value === null || missing <= 0 || value[value.length - 1] !== END_OF_OBJECT) return value
    const from = (number * 7919) % NOISE_BYTES
    return Buffer.concat([value.subarray(0, -1), FILLER, this.#noise.subarray(from, from + missing), FILLER_END])
  }
}

/** One half of the bad ones is no JSON, the others lack something. */
export function badShares(share: number): SampleShares {
  return { malformed: share / 2, 'missing-field': share / 4, 'empty-field': share / 4 }
}

/** As long as `traceparent`, which most headers in the wild are. */
function traceHeader(index: number): Header {
  return {
    name: index === 0 ? 'traceparent' : `x-header-${index}`,
    value: Buffer.from('0af7651916cd43dd8448eb211c80319c'.padStart(55, '0-'))
  }
}

/** Hexadecimal digits of a linear congruential generator: the same each time. */
function noise(bytes: number): Buffer {
  const digits = Buffer.alloc(bytes)
  let state = 1
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    digits[at] = '0123456789abcdef'.charCodeAt(state >>> 28)
  }
  return digits
}
