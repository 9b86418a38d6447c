import { Type } from 'typebox'
import { definePipeline } from '../../../src/pipeline.ts'
import type { AnyPipeline } from '../../../src/pipeline.ts'
import { readSettings } from '../../../src/config/settings.ts'
import type { ReadSettings } from '../../../src/config/settings.ts'
import { formatProblems } from '../../../src/config/problem.ts'

const section = 'Shouting'

/** A small pipeline with an option of each kind that a pipeline is likely to have. */
export const shout: AnyPipeline = definePipeline({
  name: 'shout',
  input: {
    topic: 'words',
    schema: Type.Object({
      word: Type.String(),
      tone: Type.Optional(Type.String()),
      volume: Type.Optional(Type.Number())
    }),
    fieldDefaults: { tone: 'friendly' },
    checks: { tone: tone => (tone === 'rude' ? 'rude' : undefined) }
  },
  outputs: {
    loud: { topic: 'loud-words', schema: Type.Object({ word: Type.String() }) },
    lateOnes: { topic: 'late-words', schema: Type.Object({ word: Type.String() }) }
  },
  options: {
    acceptedTones: { type: 'names', default: '*', what: 'Tones.', why: 'All.', example: 'friendly', section },
    shoutKey: { type: 'string', default: undefined, secret: true, what: 'Key.', why: 'No.', example: 'k', section }
  },
  contradictions: options =>
    options.shoutKey === 'harsh' && !options.acceptedTones.names.includes('rude') ? ['SHOUT_KEY needs rude tones'] : [],
  warnings: options => (options.shoutKey === 'short' ? ['SHOUT_KEY is short.'] : []),
  transform: (value, _record, context) => context.emit('loud', { word: value.word.toUpperCase() })
})

/** A pipeline that knows when its events happened. */
export const shoutWithTime: AnyPipeline = { ...shout, input: { ...shout.input, eventTimeMs: () => 0 } }

export function read(environment: Record<string, string | undefined>, pipeline = shout): ReadSettings {
  return readSettings(environment, pipeline, () => 'from the file\n')
}

/** The message that a start with this environment would end with; empty if it would succeed. */
export function mistakes(environment: Record<string, string | undefined>, pipeline = shout): string {
  const { problems } = read(environment, pipeline)
  return problems.length === 0 ? '' : formatProblems(problems)
}
