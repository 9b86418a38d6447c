import { SettingsError } from '../../config/read-environment.ts'
import { type DeadLetter, readDeadLetter } from '../../dead-letters/dead-letter.ts'
import { readEncryptionKeys } from '../../dead-letters/encryption/keys.ts'
import { restored } from '../../dead-letters/encryption/restore.ts'
import { historyOf } from '../../dead-letters/redriven.ts'
import { parsePosition, positionText, type StoredRecord } from '../../kafka/stored-record.ts'
import type { Header } from '../../pipeline.ts'
import { headersSize } from '../../slabs/headers.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print } from '../print.ts'
import { columns, printable, printableBytes } from '../printable.ts'
import { grouped } from '../progress-line.ts'
import { textOfTime, times } from './tables.ts'
import { DeadLetterTopic } from './dead-letter-topic.ts'

const WIDTH = 76
/** A terminal is no place for megabytes. */
const SHOWN_CHARACTERS = 8000

/** `millrace dlq show`: why a record is a dead letter and where it came from; with `--value` the record itself, too, and with `--reveal` decrypted. */
export const show: Command = async (args, context) => {
  const options = { value: { type: 'boolean' }, reveal: { type: 'boolean' } } as const
  const { values, positionals } = readArguments({ args: [...args], options, allowPositionals: true })
  if (positionals.length !== 1) throw new SettingsError('dlq show takes one position, as in 3/1042')
  const topic = await DeadLetterTopic.open(context)
  try {
    const position = parsePosition(positionals[0], topic.name)
    if (position === undefined) throw new SettingsError('a position is partition/offset or topic/partition/offset')
    const record = await topic.recordAt(position)
    if (record === undefined) throw new Error(`there is no record at ${positionText(position)}`)
    // What can't be decrypted is found before anything is printed.
    const shown = values.reveal ? revealed(record, topic.read.settings.dlqEncryptionKeys) : record
    printWhy(record)
    if (values.value || values.reveal)
      printRecord({ ...shown, headers: readDeadLetter(record)?.ownHeaders ?? record.headers })
    else print('\n  The record itself is not shown, as it may be personal data; --value does.')
  } finally {
    await topic.close()
  }
  return 0
}

/** @throws if it can't be. */
function revealed(record: StoredRecord, keys: string | undefined): StoredRecord {
  const deadLetter = readDeadLetter(record)
  if (deadLetter === undefined) return record
  const found = restored(deadLetter, readEncryptionKeys(keys))
  if (found === undefined) throw new Error('its encrypted value was changed, so that nobody can restore it')
  return found.record
}

function printWhy(record: StoredRecord): void {
  const deadLetter = readDeadLetter(record)
  print(positionText(record))
  if (deadLetter === undefined) print('  It is no dead letter of Millrace: it lacks the headers that would say why.')
  else for (const [name, text] of factsOf(deadLetter)) printFact(name, text)
  printFact('timestamp', textOfTime(record.timestampMs))
  printFact('key', sizeOf(record.key))
  printFact('value', sizeOf(record.value, deadLetter?.omittedBytes))
  const own = deadLetter?.ownHeaders ?? record.headers
  printFact('headers', `${own.length} of its own, ${grouped(headersSize(own))} bytes`)
}

function factsOf(deadLetter: DeadLetter): [name: string, text: string][] {
  const { reason, message, stage, source, group, pipeline, ownHeaders, originalTimestampMs, encryption } = deadLetter
  const { attempt, origin } = historyOf(ownHeaders, source, group)
  return [
    ['reason', reason],
    ['message', message],
    ['stage', stage],
    ['read from', `${source.topic}/${source.partition} offset ${source.offset}`],
    ['by', `group ${group}, pipeline ${pipeline}`],
    ...fact('encrypted', encryption && `${encryption.how}, with the key ${encryption.keyId}`),
    ['redriven', attempt === 0 ? 'never' : `${times(attempt)}; first read from ${positionText(origin)}`],
    ...fact('its time', originalTimestampMs && `${textOfTime(originalTimestampMs)}, which brokers refuse`)
  ]
}

function fact(name: string, text: string | 0 | undefined): [name: string, text: string][] {
  return text ? [[name, text]] : []
}

function sizeOf(bytes: Uint8Array | null, omittedBytes?: number): string {
  if (omittedBytes !== undefined) return `left out, as it has ${grouped(omittedBytes)} bytes`
  return bytes === null ? 'null' : `${grouped(bytes.length)} bytes`
}

function printFact(name: string, text: string): void {
  print(`  ${name.padEnd(11)}${printable(text)}`)
}

function printRecord({ key, value, headers }: StoredRecord): void {
  print('\n  What follows is the record itself. It may be personal data: mind where you leave it.')
  printBytes('key', key)
  for (const header of headers) printHeader(header)
  printBytes('value', value)
}

function printHeader({ name, value }: Header): void {
  printBytes(`header ${printable(name)}`, value)
}

function printBytes(name: string, bytes: Uint8Array | null): void {
  print(`\n  ${name}${bytes === null ? ': null' : ''}`)
  if (bytes === null) return
  // Characters have up to four bytes, and none is to be cut in two.
  const text = printableBytes(bytes.length > 4 * SHOWN_CHARACTERS ? bytes.subarray(0, 4 * SHOWN_CHARACTERS) : bytes)
  for (const line of columns(text.slice(0, SHOWN_CHARACTERS), WIDTH)) process.stdout.write(`    ${line}\n`)
  if (text.length > SHOWN_CHARACTERS || bytes.length > 4 * SHOWN_CHARACTERS) print('    … (export has all of it)')
}
