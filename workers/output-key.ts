import type { ObjectSchema } from '../src/pipeline.ts'
import { isField } from '../src/config/rules/outputs.ts'
import type { CoreSettings } from '../src/config/options.ts'

/** The key that `OUTPUT_KEY` gives an output record, or why it has none. */
export type OutputKey = (value: Readonly<Record<string, unknown>>) => string | null | KeyProblem

/** As a dead letter tells it: the name of the field and a reason. */
export interface KeyProblem {
  readonly problem: string
}

/** Undefined where the key is the input's, or the transform's. */
export function createOutputKey({ outputKey }: CoreSettings, output: ObjectSchema): OutputKey | undefined {
  if (!isField(outputKey)) return outputKey === 'none' ? () => null : undefined
  const missing: KeyProblem = { problem: `${outputKey}:missing` }
  const wrong: KeyProblem = { problem: `${outputKey}:wrong-type` }
  const isInteger = (output.properties[outputKey] as { readonly type?: string } | undefined)?.type === 'integer'
  return value => {
    const content = value[outputKey]
    if (content === undefined || content === null) return missing
    if (typeof content === 'string') return content
    // A fraction is cut off where the serializer cuts it off, too.
    if (typeof content === 'number')
      return Number.isFinite(content) ? String(isInteger ? Math.trunc(content) : content) : wrong
    return typeof content === 'boolean' ? String(content) : wrong
  }
}
