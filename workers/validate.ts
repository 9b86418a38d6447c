import { type AvroCheck, createAvroCheck } from './avro-check.ts'
import { createRecordCheck, type RecordCheck } from './record-check.ts'
import { ANY_FIELD, type FieldReason } from './validation-reasons.ts'
import { applySettings, type FieldRules } from './validation-schema.ts'

/** Answers a reason from a closed set, or `undefined` if the value is good. Called only with values of the right type. */
export type FieldCheck = (value: never) => string | undefined

export interface ValidatorSettings extends FieldRules {
  /** What missing, null and empty fields become, before anything is checked. */
  readonly fieldDefaults: Readonly<Record<string, string>>
  /** What a schema can't say, by field. */
  readonly checks?: Readonly<Record<string, FieldCheck | undefined>>
  /** An Avro schema that records have to meet, too. */
  readonly avro?: object
}

export interface Validator {
  /**
   * Fills in defaults, then answers every failure of the record, in the schema's order, as `field:reason` pairs joined
   * by `, `; or `undefined` if it is good. Never a value of the record, and of an unknown field not even the name.
   *
   * In a good record an optional field that was null is `undefined`: absent. An empty optional string without a
   * default is a string like any other, left to the field's check.
   *
   * @example 'user_id:missing, timestamp:not-a-timestamp, *:unexpected-field'
   */
  validate(value: Record<string, unknown>): string | undefined
  /** How many defaults the last record took. */
  readonly defaulted: number
}

export function createValidator(settings: ValidatorSettings): Validator {
  return new RecordValidator(settings)
}

class RecordValidator implements Validator {
  defaulted = 0
  readonly #fields: readonly string[]
  readonly #required: ReadonlySet<string>
  readonly #defaults: readonly { readonly field: string; readonly content: string }[]
  readonly #checks: readonly { readonly field: string; readonly check: FieldCheck }[]
  readonly #keepsExtraFields: boolean
  readonly #schema: RecordCheck
  readonly #avro: AvroCheck | undefined

  constructor(settings: ValidatorSettings) {
    this.#fields = Object.keys(settings.schema.properties)
    this.#required = new Set(settings.requiredFields)
    this.#defaults = Object.entries(settings.fieldDefaults).map(([field, content]) => ({ field, content }))
    this.#checks = Object.entries(settings.checks ?? {}).flatMap(([field, check]) => (check ? { field, check } : []))
    this.#keepsExtraFields = settings.extraFields === 'keep'
    this.#schema = createRecordCheck(applySettings(settings))
    this.#avro = settings.avro && createAvroCheck(settings.avro)
  }

  validate(value: Record<string, unknown>): string | undefined {
    this.#fillDefaults(value)
    return this.#isGood(value) ? undefined : this.#failures(value)
  }

  #fillDefaults(value: Record<string, unknown>): void {
    this.defaulted = 0
    for (const { field, content } of this.#defaults) {
      if (!isMissing(value, field) && value[field] !== '') continue
      value[field] = content
      this.defaulted++
    }
  }

  #isGood(value: Record<string, unknown>): boolean {
    if (!this.#schema.isGood(value)) return false
    for (const { field, check } of this.#checks) {
      const content = value[field]
      if (content !== undefined && check(content as never) !== undefined) return false
    }
    if (this.#avro?.isGood(value) === false) return false
    return !this.#keepsExtraFields || this.#extraFieldsCanBeWritten(value)
  }

  #failures(value: Record<string, unknown>): string | undefined {
    for (const field of this.#fields) {
      if (value[field] === null) value[field] = undefined
    }
    const reasons = this.#schema.reasons(value)
    const byAvro = this.#avro?.reasons(value)
    const pairs = this.#fields.flatMap(field => {
      const found = this.#ownReason(value, field) ?? reasons.get(field) ?? this.#checkField(value, field)
      const named = [...found]
      if (named.length === 0 && byAvro?.has(field)) named.push(byAvro.get(field) ?? 'wrong-type')
      return named.map(reason => `${field}:${reason}`)
    })
    for (const reason of reasons.get(ANY_FIELD) ?? []) pairs.push(`${ANY_FIELD}:${reason}`)
    if (this.#keepsExtraFields && !this.#extraFieldsCanBeWritten(value)) pairs.push(`${ANY_FIELD}:out-of-range`)
    if (pairs.length > 0) return pairs.join(', ')
    return this.#isGood(value) ? undefined : `${ANY_FIELD}:wrong-type`
  }

  /** What a schema would say less clearly: null is missing, the empty string is empty, 1e400 is out of range. */
  #ownReason(value: Record<string, unknown>, field: string): readonly FieldReason[] | undefined {
    if (isMissing(value, field)) return this.#required.has(field) ? ['missing'] : []
    if (value[field] === '' && this.#required.has(field)) return ['empty']
    return isInfinite(value[field]) ? ['out-of-range'] : undefined
  }

  #checkField(value: Record<string, unknown>, field: string): readonly string[] {
    const reason = this.#checks.find(check => check.field === field)?.check(value[field] as never)
    return reason === undefined ? [] : [reason]
  }

  /** JSON can say 1e400, but it would be written as null. */
  #extraFieldsCanBeWritten(value: Record<string, unknown>): boolean {
    return Object.keys(value).every(name => this.#fields.includes(name) || !holdsInfinity(value[name]))
  }
}

function isMissing(value: Record<string, unknown>, field: string): boolean {
  const content = value[field]
  // No prototype has text, and asking for an own property takes longer than all the rest.
  if (typeof content === 'string') return false
  return content === undefined || content === null || !Object.hasOwn(value, field)
}

function isInfinite(content: unknown): boolean {
  return typeof content === 'number' && !Number.isFinite(content)
}

/** The depth of a record is bounded by a setting, so this keeps its own list and not the stack's. */
function holdsInfinity(content: unknown): boolean {
  const open = [content]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (isInfinite(next)) return true
    if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) open.push(inner)
  }
  return false
}
