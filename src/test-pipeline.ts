import type { SchemaText } from './avro/record-type.ts'
import { outputsOf } from './config/outputs.ts'
import type { Environment } from './config/environment.ts'
import { formatProblems } from './config/problem.ts'
import { readSettings } from './config/settings.ts'
import type { AnyPipeline, Header, OutputDefinition } from './pipeline.ts'
import { Header as SlabHeader } from './slabs/layout.ts'
import { DEAD_LETTER, FILTERED, type Outcome, outcomes, type Reason, reasons, rulesOf } from './slabs/outcomes.ts'
import { readRow } from './slabs/reader.ts'
import { Slab } from './slabs/slab.ts'
import { recordSize, SlabWriter } from './slabs/writer.ts'
import { encodeForTests, rowText, schemasForTests } from './test-avro.ts'
import { createPlan, learnSchemas } from '../workers/plan.ts'
import { BatchRunner } from '../workers/run-batch.ts'

/** A record to try; what is left out is ordinary. A value that is no string or bytes is written as `INPUT_CODEC` says. */
export interface TestRecord {
  readonly value: unknown
  readonly key?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly timestampMs?: number
}

export interface TestOutput {
  /** The pipeline's output by its name, or `dead-letter`, `cleaned` or `metrics`. */
  readonly output: string
  readonly key: string | null
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly timestampMs: number
}

export interface TestResult {
  readonly outcome: Outcome
  /** Of a dead letter. */
  readonly reason?: Reason
  /** Of a filtered record. */
  readonly rule?: string
  readonly outputs: readonly TestOutput[]
}

export interface TestOptions {
  /** Settings, as environment variables. */
  readonly environment?: Environment
  /** The instant at which the records are processed, milliseconds since 1970. */
  readonly nowMs?: number
  /** With `INPUT_CODEC=avro`: the schemas of values that are given as bytes, by the number or GUID that they carry. */
  readonly schemas?: Readonly<Record<string, SchemaText>>
}

const TOPIC = 'test'
/** As a large slab has, for headers and what stands beside the record's own rows. */
const HEADROOM_BYTES = 65_536

/**
 * Runs records through a pipeline as a worker would, without Kafka, each as if it came alone: answers an outcome and the
 * output records for each.
 *
 * @throws if the settings hold mistakes.
 * @example
 * const [result] = testPipeline(shout, [{ value: { word: 'quiet' } }])
 * // { outcome: 'processed', outputs: [{ output: 'loud', value: '{"word":"QUIET"}', … }] }
 */
export function testPipeline(
  pipeline: AnyPipeline,
  records: readonly TestRecord[],
  { environment = {}, nowMs = Date.now(), schemas = {} }: TestOptions = {}
): TestResult[] {
  const { settings, problems } = readSettings(environment, pipeline)
  if (problems.length > 0) throw new Error(formatProblems(problems))
  const plan = createPlan(pipeline, settings)
  learnSchemas(plan, schemasForTests(pipeline, schemas))
  const runner = new BatchRunner(plan)
  const { names, cleaned, metrics } = outputsOf(pipeline, settings)
  const further = new Map([
    [cleaned, 'cleaned'],
    [metrics, 'metrics']
  ])
  const nameOf = (output: number) => names[output] ?? further.get(output) ?? 'dead-letter'
  const definitions: OutputDefinition[] = Object.values(pipeline.outputs)
  const textOf = (value: Buffer, output: number) => rowText(value, definitions[output], settings)
  return records.map((record, offset) => {
    const value = bytesOf(record.value, object => encodeForTests(object, pipeline, settings))
    const slab = slabWith({ ...record, value }, offset, nowMs, settings.maxRecordBytes, settings.maxOutputBytes)
    runner.run(slab, 0, true, nowMs)
    return resultOf(slab, pipeline, row => outputOf(row, nameOf, textOf))
  })
}

function slabWith(
  record: TestRecord & { readonly value: Uint8Array | null },
  offset: number,
  nowMs: number,
  maxRecordBytes: number,
  outputBytes: number
): Slab {
  const { key = null, headers = {}, timestampMs = nowMs } = record
  const incoming = {
    topic: TOPIC,
    partition: 0,
    offset,
    timestampMs,
    key: key === null ? null : Buffer.from(key),
    value: record.value,
    headers: Object.entries(headers).map(([name, value]) => ({ name, value: Buffer.from(value) }))
  }
  const inputBytes = recordSize(incoming) + TOPIC.length
  const slab = Slab.allocate({
    records: 1,
    rows: 1024,
    inputBytes,
    outputBytes: outputBytes + inputBytes + HEADROOM_BYTES
  })
  new SlabWriter(slab, maxRecordBytes).append(1, incoming)
  return slab
}

function bytesOf(value: unknown, encode: (value: object) => Uint8Array): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value
  return typeof value === 'object'
    ? encode(value)
    : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
}

function resultOf(slab: Slab, pipeline: AnyPipeline, outputOf: (row: Row) => TestOutput): TestResult {
  const [outcome, detail] = [slab.outcome[0], slab.detail[0]]
  return {
    outcome: outcomes[outcome],
    ...(outcome === DEAD_LETTER && { reason: reasons[detail] }),
    ...(outcome === FILTERED && { rule: rulesOf(pipeline)[detail] }),
    outputs: Array.from({ length: slab.header[SlabHeader.ROWS] }, (_, row) => outputOf(readRow(slab, row)))
  }
}

type Row = ReturnType<typeof readRow>

function outputOf(
  row: Row,
  nameOf: (output: number) => string,
  textOf: (value: Buffer, output: number) => string
): TestOutput {
  return {
    output: nameOf(row.output),
    key: row.key?.toString() ?? null,
    value: row.value && textOf(row.value, row.output),
    headers: Object.fromEntries(row.headers.map(({ name, value }: Header) => [name, Buffer.from(value).toString()])),
    timestampMs: row.timestampMs
  }
}
