import type { AnyPipeline } from '../../pipeline.ts'
import { compileValueCheck } from '../../schema/value-check.ts'
import { HIDDEN_NAME, TOKEN_PREFIX } from './encryption.ts'

type Check = (value: unknown) => string | undefined

/** What identifies nobody is short; and a form must not be tried on megabytes. */
const MOST_CHARACTERS = 128
/** Of the text as JSON, where a character may be an escape of six bytes. */
const MOST_BYTES = 6 * MOST_CHARACTERS + 2

/** Which fields of a masked dead letter can be read, and with which values: everything else is personal. */
export class ReadableFields {
  readonly #names: ReadonlySet<string>
  /** Takes a value as JSON. */
  readonly #tests: ReadonlyMap<string, (json: string) => boolean>

  /** Undefined where the pipeline does not say what is personal: then nothing can be read. */
  static of({ input }: AnyPipeline): ReadableFields | undefined {
    return input.personal === undefined ? undefined : new ReadableFields(input, new Set(input.personal))
  }

  private constructor(input: AnyPipeline['input'], personal: ReadonlySet<string>) {
    this.#names = new Set(Object.keys(input.schema.properties).filter(field => field !== HIDDEN_NAME))
    const others = [...this.#names].filter(field => !personal.has(field))
    this.#tests = new Map(others.map(field => [field, createTest(input, field)]))
  }

  /** Whether the name of a field can be read: anything may be the name of one that the schema does not know. */
  hasName(field: string): boolean {
    return this.#names.has(field)
  }

  /** For a value that is JSON, from `start` to before `end`. */
  hasValue(field: string, bytes: Buffer, start: number, end: number): boolean {
    const test = this.#tests.get(field)
    return test !== undefined && end - start <= MOST_BYTES && test(bytes.utf8Slice(start, end))
  }
}

/**
 * A value must be of the schema's type and pass the field's check; a text or a number also needs a form, or at least a
 * check: without these it may be anything.
 */
function createTest(input: AnyPipeline['input'], field: string): (json: string) => boolean {
  const hasType = compileValueCheck(input.schema.properties[field])
  const check = (input.checks as Readonly<Record<string, Check | undefined>> | undefined)?.[field]
  const form = wholly(input.forms?.[field])
  const hasForm = (text: string) => {
    if (text.length > MOST_CHARACTERS || text.startsWith(TOKEN_PREFIX)) return false
    return form === undefined ? check !== undefined : form.test(text)
  }
  return json => {
    if (json.startsWith('{') || json.startsWith('[')) return false
    const value: unknown = JSON.parse(json)
    if (value === null) return true
    return hasType(value) && (typeof value === 'boolean' || hasForm(textOf(value, json))) && passes(check, value)
  }
}

/** A number as it is written: more digits can stand there than it has. */
function textOf(value: unknown, json: string): string {
  return typeof value === 'string' ? value : json
}

function wholly(form: RegExp | undefined): RegExp | undefined {
  return form && new RegExp(`^(?:${form.source})$`, form.flags.replace(/[gy]/g, ''))
}

/** The pipeline's own code may throw. */
function passes(check: Check | undefined, value: unknown): boolean {
  try {
    return check?.(value) === undefined
  } catch {
    return false
  }
}
