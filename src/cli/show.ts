import { commandProperties } from '../config/client-properties.ts'
import { outputsOf } from '../config/outputs.ts'
import { readEnvironment } from '../config/read-environment.ts'
import { readDeadLetter } from '../dead-letters/dead-letter.ts'
import { RULE_HEADER } from '../dead-letters/headers.ts'
import type { StoredRecord } from '../kafka/confluent/read-last.ts'
import type { OutputDefinition } from '../pipeline.ts'
import { rowText } from '../test-avro.ts'
import type { Command } from './command.ts'
import { localBroker } from './local-broker.ts'
import { print } from './print.ts'

const RESULTS = 3
const DEAD_LETTERS = 500

/**
 * `millrace show`: the last records of each output topic, and why records became dead letters. Of dead letters and
 * cleaned records it shows where they came from and why they are there, never what is in them: that is not masked.
 */
export const show: Command = async (_args, { environment }) => {
  const broker = localBroker(environment)
  const settings = { CLEANED_TOPIC: 'user-login-cleaned', ...broker.environment }
  const read = await readEnvironment(settings)
  const { readLast } = await import('../kafka/confluent/read-last.ts')
  const { topics, names, deadLetter, cleaned } = outputsOf(read.pipeline, read.settings)
  const properties = commandProperties(read, 'consumer')
  const outputs: OutputDefinition[] = Object.values(read.pipeline.outputs)
  for (const [index, topic] of topics.entries()) {
    const records = await readLast(properties, topic, index < names.length ? RESULTS : DEAD_LETTERS)
    const last = records.slice(-RESULTS)
    print(`\n${topic}${records.length === 0 ? ': nothing yet' : ''}`)
    if (index === deadLetter) printDeadLetters(records)
    else if (index === cleaned) printCleaned(records)
    else
      for (const { value } of last)
        print(`  ${value === null ? 'null' : rowText(value, outputs[index], read.settings)}`)
  }
  return 0
}

function printDeadLetters(records: readonly StoredRecord[]): void {
  printCounts(records, record => readDeadLetter(record)?.message.replace(/@\d+$/, '') ?? 'no dead letter of Millrace')
  for (const deadLetter of records.slice(-RESULTS).flatMap(record => readDeadLetter(record) ?? [])) {
    const { topic, partition, offset } = deadLetter.source
    print(`  ${topic}/${partition} offset ${offset}: ${deadLetter.message}`)
  }
}

function printCleaned(records: readonly StoredRecord[]): void {
  printCounts(records, record => headerOf(record, RULE_HEADER))
}

/** How often each reason occurs in the records that were looked at, the most frequent first. */
function printCounts(records: readonly StoredRecord[], nameOf: (record: StoredRecord) => string): void {
  const counts = new Map<string, number>()
  for (const record of records) counts.set(nameOf(record), (counts.get(nameOf(record)) ?? 0) + 1)
  if (records.length > 0) print(`  of the last ${records.length}:`)
  const rows = [...counts].sort(([, a], [, b]) => b - a).slice(0, 10)
  for (const [name, count] of rows) print(`  ${String(count).padStart(7)}  ${name}`)
}

/** The last one of that name: a dead letter that was read again carries older ones too. */
function headerOf({ headers }: StoredRecord, wanted: string): string {
  return headers.findLast(({ name }) => name === wanted)?.value.toString() ?? ''
}
