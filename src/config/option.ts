/**
 * An option, described once. Its description gives validation, `--help`, the reference page and `.env.example`.
 *
 * Options are written as tables of these, keyed by a camel-case name from which the environment variable follows
 * mechanically: `drainTimeoutMs` is set by `DRAIN_TIMEOUT_MS`.
 */
interface Described {
  /** One sentence: what it does, as the reference page says it. */
  readonly what: string
  /** Why the default is what it is; a number names its source. */
  readonly why: string
  readonly example: string
  /** Shown as a heading of the reference page. */
  readonly section: string
  /** Never printed, logged or shown; may also be read from the file that `<NAME>_FILE` names. */
  readonly secret?: true
}

export interface StringOption extends Described {
  readonly type: 'string'
  readonly default: string | undefined
  /** The whole value must match. */
  readonly pattern?: RegExp
}

export interface IntegerOption extends Described {
  readonly type: 'integer'
  readonly default: number
  readonly min: number
  readonly max: number
}

export interface ChoiceOption<Values extends string = string> extends Described {
  readonly type: 'choice'
  readonly default: Values
  readonly values: readonly Values[]
}

/** Comma-separated exact strings, without blanks around them; `none` alone is the empty list. */
export interface ListOption extends Described {
  readonly type: 'list'
  readonly default: string
  /** Each item must match as a whole. */
  readonly pattern?: RegExp
}

/** Comma-separated exact strings; `*` alone means every value. */
export interface NamesOption extends Described {
  readonly type: 'names'
  readonly default: string
}

/** Comma-separated `name=value` pairs; `none` alone is no pair. */
export interface PairsOption extends Described {
  readonly type: 'pairs'
  readonly default: string
}

export type Option = StringOption | IntegerOption | ChoiceOption | ListOption | NamesOption | PairsOption
export type OptionTable = Readonly<Record<string, Option>>

/** What a `names` option becomes: `has` answers for any string. */
export interface Names {
  readonly all: boolean
  readonly names: readonly string[]
  has(name: string): boolean
}

export type OptionValue<O extends Option> = O extends IntegerOption
  ? number
  : O extends ChoiceOption<infer Values>
    ? Values
    : O extends ListOption
      ? readonly string[]
      : O extends NamesOption
        ? Names
        : O extends PairsOption
          ? Readonly<Record<string, string>>
          : O extends { readonly default: string }
            ? string
            : string | undefined

/** The values of a table of options, under the table's own names. */
export type Settings<Table extends OptionTable> = { readonly [Name in keyof Table]: OptionValue<Table[Name]> }

/** `drainTimeoutMs` -> `DRAIN_TIMEOUT_MS`. */
export function environmentName(option: string): string {
  return option.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()
}
