import type { SchemaText } from '../avro/record-type.ts'
import type { Environment } from '../config/environment.ts'
import type { TestRecord, TestResult } from '../test-pipeline.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { OutgoingRecord } from './redriven.ts'
import { CONNECT_PREFIX } from './header-styles/connect.ts'

/** What is to become of a record; what is left out must not be there. */
export interface ExpectedResult {
  readonly outcome: string
  readonly reason?: string
  readonly message?: string
}

/** A record as a fixture's file holds it, its bytes as base64. */
export interface FixtureRecord {
  readonly name: string
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly timestampMs: number
  /** It ended the thread that it ran in, or kept it for ever: it is to run in a process of its own. */
  readonly apart?: true
  readonly expected: ExpectedResult
}

/** The data of a fixture; beside it a test file runs them. */
export interface FixtureData {
  /** Settings, as environment variables, by which the pipeline judged them. */
  readonly environment: Environment
  /** Of records in Avro: what they were written with, by number or GUID. */
  readonly schemas?: Readonly<Record<string, SchemaText>>
  readonly records: readonly FixtureRecord[]
}

/** `name`: of its test. The record: as it was before it became the dead letter. */
export function fixtureRecord(
  name: string,
  { reason, message }: DeadLetter,
  { key, value, headers, timestampMs }: OutgoingRecord,
  expected: 'dead-letter' | 'processed'
): FixtureRecord {
  return {
    name,
    key: key && key.toString('base64'),
    value: value && value.toString('base64'),
    headers: headers.map(each => [each.name, Buffer.from(each.value).toString('base64')]),
    timestampMs,
    ...(reason === 'killed-worker' && { apart: true }),
    expected: expected === 'processed' ? { outcome: 'processed' } : { outcome: 'dead-letter', reason, message }
  }
}

/** The record as `testPipeline` takes it. What it can't take, bytes that are no text and a header twice, is lost. */
export function testRecord({ key, value, headers, timestampMs }: FixtureRecord): TestRecord {
  const bytes = (base64: string | null) => (base64 === null ? null : Buffer.from(base64, 'base64'))
  return {
    key: bytes(key)?.toString() ?? null,
    value: bytes(value),
    headers: Object.fromEntries(headers.map(([name, text]) => [name, String(bytes(text))])),
    timestampMs
  }
}

/** Whether `testRecord` loses nothing. */
export function isExact({ key, headers }: FixtureRecord): boolean {
  const isText = (base64: string) => Buffer.from(Buffer.from(base64, 'base64').toString()).toString('base64') === base64
  const names = new Set(headers.map(([name]) => name))
  return (key === null || isText(key)) && names.size === headers.length && headers.every(([, value]) => isText(value))
}

/** What `testPipeline` answered, in the words of `expected`. */
export function foundResult({ outcome, reason, outputs }: TestResult): ExpectedResult {
  const deadLetter = outputs.find(({ output }) => output === 'dead-letter')
  const message = deadLetter?.headers[`${CONNECT_PREFIX}exception.message`]
  return { outcome, ...(reason && { reason }), ...(message !== undefined && { message }) }
}
