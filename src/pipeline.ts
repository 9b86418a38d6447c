import type { Static } from 'typebox'
import type { OptionTable, Settings } from './config/option.ts'

/** A header as Kafka carries it; names may repeat and their order counts. */
export interface Header {
  readonly name: string
  readonly value: Uint8Array
}

/** Where a record came from and what travels beside its value. Valid only during the call it is handed to. */
export interface RecordInfo {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970; -1 where the broker has none. */
  readonly timestampMs: number
  /** `null` and empty are different keys. */
  readonly key: Uint8Array | null
  readonly headers: readonly Header[]
}

/** What of an output record differs from the input record's; everything left out is passed on untouched. */
export interface EmitChanges {
  readonly key?: Uint8Array | string | null
  /** Appended after the input's headers (instead of them with `PASS_HEADERS=off`). */
  readonly headers?: readonly Header[]
  readonly timestampMs?: number
}

/**
 * What a transform says about its record. Exactly one outcome follows: `deadLetter` if that was called, else `filter`
 * if that was, else processed if it emitted anything, else filtered by the rule `transform`. Rows emitted before a
 * `filter` or `deadLetter` are dropped.
 */
export interface TransformContext<
  Options,
  Outputs extends string = string,
  Rule extends string = string,
  Counter extends string = string
> {
  readonly options: Options
  /** The instant of this batch, milliseconds since 1970: one for all its records, so that they can be compared. */
  readonly nowMs: number
  /** The same as ISO 8601 UTC with milliseconds. */
  readonly nowIso: string
  /** Adds an output record. `value` is serialized by the output's codec before `emit` returns. */
  emit(output: Outputs, value: object, changes?: EmitChanges): void
  /** The record is left out on purpose: counted under `rule`, and sent unchanged to the cleaned topic if that is on. */
  filter(rule: Rule): void
  /** The record can't be handled: it goes to the dead-letter topic with `field:reason`. Neither may hold a value. */
  deadLetter(field: string, reason: string): void
  /** Counts something worth knowing that is no outcome, such as a clock that runs ahead. */
  count(counter: Counter): void
}

/** Of an object: made by TypeBox, or JSON Schema written out `as const`, which has the same static type. */
export interface ObjectSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, object>>
  readonly required?: readonly string[]
}

export interface OutputDefinition {
  /** Default of the topic's setting: `OUTPUT_TOPIC` for the first output, `OUTPUT_TOPIC_<NAME>` for the others. */
  readonly topic: string
  readonly schema: ObjectSchema
  /** The same as an Avro schema: for `OUTPUT_CODEC=avro`. What may be absent is nullable, with null as its default. */
  readonly avro?: object
}

export interface PipelineDefinition<
  Schema extends ObjectSchema = ObjectSchema,
  Table extends OptionTable = OptionTable,
  Outputs extends string = string,
  Rule extends string = string,
  Counter extends string = string
> {
  /** Lower case with dashes; the default consumer group is `millrace-<name>`. */
  readonly name: string
  readonly input: {
    /** Default of `INPUT_TOPIC`. */
    readonly topic: string
    /** Gives the static type, the validator and, by `required`, the default of `REQUIRED_FIELDS`. */
    readonly schema: Schema
    /** Default of `FIELD_DEFAULTS`. */
    readonly fieldDefaults?: Readonly<Record<string, string>>
    /** What a schema can't say, by field: answers a reason from a closed set, or `undefined` if the value is good. */
    readonly checks?: {
      readonly [Field in keyof Static<Schema>]?: (value: NonNullable<Static<Schema>[Field]>) => string | undefined
    }
    /**
     * Fields that hold personal data: with `DLQ_MASKING=on` nobody reads them in a dead letter. Without this list nothing
     * of a dead letter's value can be read there.
     */
    readonly personal?: readonly (keyof Schema['properties'] & string)[]
    /**
     * What the text of the other fields looks like. In a masked dead letter only text can be read that has this form, or
     * that passes a check: anything may stand in a field, an address in the locale too.
     */
    readonly forms?: { readonly [Field in keyof Schema['properties']]?: RegExp }
    /**
     * The record as an Avro schema (the object that stands in an .avsc file): for `INPUT_CODEC=avro`, `VALIDATE_WITH=avro`
     * and `millrace schema`. Its fields are those of `schema`.
     */
    readonly avro?: object
    /** When the event happened, milliseconds since 1970: for `AGE_CLOCK=event` and `OUTPUT_TIMESTAMP=event`. */
    eventTimeMs?(value: Static<Schema>): number
  }
  readonly outputs: { readonly [Name in Outputs]: OutputDefinition }
  readonly options: Table
  /** Every name that `filter` is called with: metrics have a closed set of labels. At most 250. */
  readonly rules?: readonly Rule[]
  /** Every name that `count` is called with. At most 15. */
  readonly counters?: readonly Counter[]
  /** Contradictions between settings: each a sentence that names the settings. Refused at start. */
  contradictions?(options: Settings<Table>): readonly string[]
  /** Settings that work but deserve a warning at start. */
  warnings?(options: Settings<Table>): readonly string[]
  /**
   * Pure and synchronous; runs in a worker. What it throws makes the record a dead letter, and the text of what it
   * throws goes nowhere, as it may quote the record.
   */
  transform(
    value: Static<Schema>,
    record: RecordInfo,
    context: TransformContext<Settings<Table>, Outputs, Rule, Counter>
  ): void
  /**
   * By what processed records are counted, in summaries and insights: for each name a function that answers what a record
   * has under it, and nothing where it has nothing. Pure; it gets the value that `transform` got. At most 8, and of each
   * only the most frequent values are told. Never something personal: these values stand in the log. Where `input.forms`
   * says what a field of that name looks like, all other values are counted as `(odd)`.
   */
  readonly summarize?: {
    readonly [dimension: string]: (value: Static<Schema>) => string | number | boolean | null | undefined
  }
}

/**
 * Declares a pipeline; checks it at compile time only.
 *
 * @example
 * export default definePipeline({
 *   name: 'shout',
 *   input: { topic: 'words', schema: Type.Object({ word: Type.String() }) },
 *   outputs: { loud: { topic: 'loud-words', schema: Type.Object({ word: Type.String() }) } },
 *   options: {},
 *   transform: (value, record, context) => context.emit('loud', { word: value.word.toUpperCase() })
 * })
 */
export function definePipeline<
  Schema extends ObjectSchema,
  Table extends OptionTable,
  Outputs extends string,
  const Rule extends string = never,
  const Counter extends string = never
>(
  definition: PipelineDefinition<Schema, Table, Outputs, Rule, Counter>
): PipelineDefinition<Schema, Table, Outputs, Rule, Counter> {
  return definition
}

/** A pipeline of which nothing is known at compile time: what the engine works with. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a definition is contravariant in its own types
export type AnyPipeline = PipelineDefinition<any, any, any, any, any>
