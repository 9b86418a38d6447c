import { createRequire } from 'node:module'
import type { ObjectSchema } from '../src/pipeline.ts'

const require = createRequire(import.meta.url)

export type Serialize = (value: object, input: Readonly<Record<string, unknown>>) => string

/**
 * Makes the JSON serializer of an output: its schema's fields, in its order, and nothing else. It throws where a
 * required field is missing, so that what leaves always is what the schema says.
 *
 * With `keepExtra`, fields of the input that neither schema knows are appended, in input order.
 */
export function createSerializer(output: ObjectSchema, input: ObjectSchema, keepExtra: boolean): Serialize {
  const fastJsonStringify = require('fast-json-stringify') as typeof import('fast-json-stringify').default
  const stringify = fastJsonStringify(JSON.parse(JSON.stringify(output))) as (value: object) => string
  if (!keepExtra) return stringify
  const known = new Set([...Object.keys(input.properties), ...Object.keys(output.properties)])
  return (value, record) => appendExtra(stringify(value), record, known)
}

function appendExtra(json: string, record: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): string {
  let extra = ''
  for (const name of Object.keys(record)) {
    if (!known.has(name)) extra += `,${JSON.stringify(name)}:${JSON.stringify(record[name])}`
  }
  if (extra === '') return json
  return json === '{}' ? `{${extra.slice(1)}}` : `${json.slice(0, -1)}${extra}}`
}
