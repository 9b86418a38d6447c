import type { ObjectSchema } from '../src/pipeline.ts'
import type { DraftStrings } from '../src/slabs/rows.ts'

/**
 * The JSON of values, made without a look into their strings. Whoever writes it looks there: a string in which JSON
 * escapes something makes the draft worthless.
 */
export interface JsonDraft {
  /** Undefined where the value is not just what the schema says. */
  of(value: object): string | undefined
  /** Of the last text. */
  readonly strings: DraftStrings
}

/** What is written as it is, once this is true of it. */
const tests = {
  string: (name: string) => `typeof ${name} === 'string'`,
  integer: (name: string) => `Number.isInteger(${name})`,
  number: (name: string) => `Number.isFinite(${name})`,
  boolean: (name: string) => `typeof ${name} === 'boolean'`
} as const

/** Keywords that change nothing in what is written. Others may: `default`, `nullable`, `const`, `format`… */
const objectKeywords = new Set(['type', 'properties', 'required', '$id', 'title', 'description'])
const fieldKeywords = new Set(['type', 'title', 'description', 'examples', 'minLength', 'maxLength', 'pattern'])
/** Stands in JSON as it is. */
const PLAIN_NAME = /^[ !#-[\]-~]*$/

interface Field {
  readonly name: string
  readonly type: keyof typeof tests
  readonly isRequired: boolean
}

/**
 * Compiles the draft of an output. Undefined where its schema has more than strings, numbers and booleans.
 *
 * Fields stand in the order in which fast-json-stringify writes them, required ones first: it writes what a draft
 * can't, and nobody is to tell which of them wrote.
 */
export function compileDraft(schema: ObjectSchema): JsonDraft | undefined {
  const fields = fieldsOf(JSON.parse(JSON.stringify(schema)) as PlainSchema)
  if (fields === undefined) return undefined
  const ordered = [...fields.filter(({ isRequired }) => isRequired), ...fields.filter(({ isRequired }) => !isRequired)]
  // oxlint-disable-next-line typescript/no-implied-eval -- made of the pipeline's own schema, as TypeBox's and Ajv's checks are
  return new Function(codeOf(ordered))() as JsonDraft
}

interface PlainSchema {
  readonly properties: Readonly<Record<string, { readonly type?: unknown }>>
  readonly required?: readonly string[]
}

function fieldsOf(schema: PlainSchema): readonly Field[] | undefined {
  const { properties, required = [] } = schema
  const isCovered =
    onlyHas(schema, objectKeywords) &&
    required.every(name => Object.hasOwn(properties, name)) &&
    Object.entries(properties).every(([name, field]) => PLAIN_NAME.test(name) && isScalar(field))
  if (!isCovered) return undefined
  const isRequired = (name: string) => required.includes(name)
  return Object.entries(properties).map(([name, { type }]) => ({
    name,
    type: type as Field['type'],
    isRequired: isRequired(name)
  }))
}

function isScalar(field: { readonly type?: unknown }): boolean {
  return typeof field.type === 'string' && Object.hasOwn(tests, field.type) && onlyHas(field, fieldKeywords)
}

function onlyHas(schema: object, keywords: ReadonlySet<string>): boolean {
  return Object.keys(schema).every(keyword => keywords.has(keyword))
}

/** `after`: what the text ends with: 0 nothing yet, 1 a number or boolean, 2 a string that has no closing quote yet. */
function codeOf(fields: readonly Field[]): string {
  return `
const spans = new Int32Array(${2 * fields.length})
const strings = { spans, spansEnd: 0, quotes: 0 }
const of = value => {
  if (typeof value !== 'object' || value === null || typeof value.toJSON === 'function') return undefined
  let json = '', after = 0, spansEnd = 0, names = 0
  ${fields.map(fieldCode).join('')}
  strings.spansEnd = spansEnd
  strings.quotes = 2 * names + spansEnd
  return json + (after === 2 ? '"}' : after === 1 ? '}' : '{}')
}
return { of, strings }`
}

function fieldCode({ name, type, isRequired }: Field, index: number): string {
  const content = `value${index}`
  const isString = type === 'string'
  const lead = (before: string) => JSON.stringify(`${before}"${name}":${isString ? '"' : ''}`)
  return `
  const ${content} = value[${JSON.stringify(name)}]
  if (${tests[type](content)}) {
    json = json + (after === 2 ? ${lead('",')} : after === 1 ? ${lead(',')} : ${lead('{')})
    ${isString ? `spans[spansEnd++] = json.length` : ''}
    json = json + ${content}
    ${isString ? `spans[spansEnd++] = json.length` : ''}
    after = ${isString ? 2 : 1}
    names++
  } else ${isRequired ? '' : `if (${content} !== undefined) `}return undefined
`
}
