/** By what records are counted: a name, and what a record has under it. */
export interface Dimension {
  readonly name: string
  /** Of a processed record's value, as the transform saw it. */
  readonly of: (value: Readonly<Record<string, unknown>>) => unknown
  /** What its values look like as a whole; undefined where anything goes. */
  readonly form: RegExp | undefined
}

export const MAX_DIMENSIONS = 8
const NAME = /^[a-z][a-z0-9_-]{0,39}$/

/** Values of one dimension that are counted by themselves; the rest is `other`. */
export const MAX_VALUES = 16
/** Longer values are cut there. */
export const MAX_VALUE_LENGTH = 64

/** What is counted where a value is not of the form that the pipeline declares: it may be anything, an address too. */
export const ODD = '(odd)'
/** Where the function of a dimension throws: the record has its outcome already, which that can't change. */
export const THREW = '(threw)'
/** And where it answers something that is no single value. */
export const NO_VALUE = '(no value)'

interface Summarizing {
  readonly name: string
  readonly input: { readonly forms?: Readonly<Record<string, RegExp | undefined>> | undefined }
  readonly summarize?: Readonly<Record<string, Dimension['of']>> | undefined
}

/** @throws if the pipeline declares what can't be counted. */
export function dimensionsOf({ name: pipeline, input, summarize = {} }: Summarizing): readonly Dimension[] {
  const dimensions = Object.entries(summarize).map(([name, of]) => ({ name, of, form: wholly(input.forms?.[name]) }))
  if (dimensions.length > MAX_DIMENSIONS) {
    throw new Error(`pipeline ${pipeline}: summarize has ${dimensions.length} entries; ${MAX_DIMENSIONS} are possible`)
  }
  const odd = dimensions.find(({ name }) => !NAME.test(name))
  if (odd !== undefined) {
    throw new Error(
      `pipeline ${pipeline}: summarize can't have an entry ${JSON.stringify(odd.name)}; a name has up to 40 lower-case ` +
        'letters, digits, dashes and underscores, a letter first'
    )
  }
  return dimensions
}

/** What a record has, as text to count by; undefined where it has nothing. */
export function rawTermOf(dimension: Dimension, value: Readonly<Record<string, unknown>>): string | undefined {
  let term: unknown
  try {
    term = dimension.of(value)
  } catch {
    return THREW
  }
  if (term === undefined || term === null) return undefined
  if (typeof term === 'string') return term.length > MAX_VALUE_LENGTH ? term.slice(0, MAX_VALUE_LENGTH) : term
  return typeof term === 'number' || typeof term === 'boolean' ? String(term) : NO_VALUE
}

/**
 * The term as it is shown. Control characters would take six bytes each in JSON, and nobody reads them; half a surrogate
 * pair is none of Unicode.
 */
export function shownTerm({ form }: Dimension, term: string): string {
  if (form !== undefined && term !== THREW && term !== NO_VALUE && !form.test(term)) return ODD
  // eslint-disable-next-line no-control-regex -- these are the ones that are meant
  return term.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd').toWellFormed()
}

function wholly(form: RegExp | undefined): RegExp | undefined {
  return form && new RegExp(`^(?:${form.source})$`, form.flags.replace(/[gy]/g, ''))
}
