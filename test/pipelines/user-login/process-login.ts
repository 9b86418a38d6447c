import type { RecordInfo } from '../../../src/index.ts'
import { settingsFromRaw, type RawSettings } from '../../../src/config/raw-settings.ts'
import pipeline from '../../../pipelines/user-login/pipeline.ts'
import type { ProcessedLogin } from '../../../pipelines/user-login/schema.ts'
import { createJsonParser } from '../../../workers/parse.ts'
import { createValidator } from '../../../workers/validate.ts'

/** What became of one login. */
export interface Result {
  outcome: 'processed' | 'filtered' | 'dead-letter'
  /** The rule or the reason. */
  why: string
  /** What a dead letter says. */
  message: string
  outputs: ProcessedLogin[]
  counted: string[]
}

export interface Circumstances {
  /** The pipeline's own options, as the environment would set them but under their own names. */
  readonly options?: RawSettings
  readonly requiredFields?: readonly string[]
  readonly fieldDefaults?: Readonly<Record<string, string>>
  readonly nowMs?: number
}

const anyRecord: RecordInfo = { topic: 'user-login', partition: 0, offset: 0, timestampMs: 0, key: null, headers: [] }
const { schema, checks, fieldDefaults } = pipeline.input

/**
 * Parses, validates and transforms one login after another as a worker does, without slabs and serializers: just what
 * the parts of the pipeline say to each other.
 */
export function loginProcessor(circumstances: Circumstances = {}): (value: Buffer | object | null) => Result {
  const options = settingsFromRaw(circumstances.options ?? {}, pipeline.options)
  const parser = createJsonParser({
    maxDepth: 32,
    rejectDuplicateKeys: false,
    stringFields: Object.keys(schema.properties)
  })
  const validator = createValidator({
    schema,
    requiredFields: circumstances.requiredFields ?? schema.required,
    fieldDefaults: circumstances.fieldDefaults ?? fieldDefaults ?? {},
    extraFields: 'drop',
    checks
  })
  const nowMs = circumstances.nowMs ?? 1_694_479_560_000

  return value => {
    if (value === null) return dead('null-value', 'null-value')
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))
    const login = parser.parse(bytes, 0, bytes.length)
    if (login === undefined) return dead(parser.failure.reason, `${parser.failure.reason}@${parser.failure.byte}`)
    const failures = validator.validate(login)
    if (failures !== undefined) return dead('invalid', failures)
    const result: Result = { outcome: 'processed', why: '', message: '', outputs: [], counted: [] }
    pipeline.transform(login as never, anyRecord, {
      options,
      nowMs,
      nowIso: new Date(nowMs).toISOString(),
      emit: (_output, output) => void result.outputs.push(output),
      filter: rule => void Object.assign(result, { outcome: 'filtered', why: rule }),
      deadLetter: (field, reason) => void Object.assign(result, dead('rejected', `${field}:${reason}`)),
      count: counter => void result.counted.push(counter)
    })
    return result
  }
}

function dead(why: string, message: string): Result {
  return { outcome: 'dead-letter', why, message, outputs: [], counted: [] }
}
