import { writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { SettingsError } from '../../config/read-environment.ts'
import { type DeadLetter, readDeadLetter } from '../../dead-letters/dead-letter.ts'
import { readEncryptionKeys } from '../../dead-letters/encryption/keys.ts'
import { restored } from '../../dead-letters/encryption/restore.ts'
import {
  type FixtureData,
  type FixtureRecord,
  fixtureRecord,
  foundResult,
  isExact,
  testRecord
} from '../../dead-letters/fixture.ts'
import type { Filter } from '../../dead-letters/filter.ts'
import { fixtureTest } from '../../dead-letters/fixture-test.ts'
import type { OutgoingRecord } from '../../dead-letters/redriven.ts'
import { isOriginalOf } from '../../dead-letters/redrive-step.ts'
import { DeadLetterTally } from '../../dead-letters/tally.ts'
import { parsePosition, positionText, type RecordPosition } from '../../kafka/stored-record.ts'
import { testPipeline } from '../../test-pipeline.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print } from '../print.ts'
import { printable } from '../printable.ts'
import { countDeadLetters } from './count-dead-letters.ts'
import { DeadLetterTopic } from './dead-letter-topic.ts'
import { counted } from './tables.ts'
import { filterOptions, readFilter, readLimit } from './filter-arguments.ts'
import { schemasOfFixture } from './fixture-schemas.ts'
import { judgingSettings } from './fixture-settings.ts'
import { importsFor, type Place, placeOf } from './fixture-place.ts'

const EXPORTED = 10
const options = {
  ...filterOptions,
  out: { type: 'string', default: 'dead-letters.test.ts' },
  runner: { type: 'string' },
  expect: { type: 'string', default: 'dead-letter' },
  reveal: { type: 'boolean', default: false }
} as const

/** `millrace dlq export`: dead letters as a test that runs without Kafka. */
export const exportFixture: Command = async (args, context) => {
  const { values, positionals } = readArguments({ args: [...args], options, allowPositionals: true })
  const filter = readFilter(values, Date.now())
  const limit = readLimit(values.limit, 1, EXPORTED)
  const place = placeOf(values)
  const topic = await DeadLetterTopic.open(context)
  try {
    const named = positionals.map(text => positionIn(topic, text))
    if (named.length > 0 && Object.keys(filter).length > 0)
      throw new SettingsError('give positions or a filter, not both')
    const stop = new AbortController()
    context.onStop(() => stop.abort(new Error('stopped')))
    const positions = named.length > 0 ? named : await lastOnes(topic, filter, limit, stop.signal)
    const records: FixtureRecord[] = []
    const wish = { expected: place.expected, reveal: values.reveal }
    for (const position of positions) records.push(...(await recordsAt(topic, position, wish)))
    if (records.length === 0) throw new Error('there is nothing to export')
    const { raw, pipeline, settings } = topic.read
    const schemas = await schemasOfFixture(settings, records)
    write(topic, place, { environment: judgingSettings(raw, pipeline), ...(schemas && { schemas }), records })
  } finally {
    await topic.close()
  }
  return 0
}

function positionIn(topic: DeadLetterTopic, text: string): RecordPosition {
  const position = parsePosition(text, topic.name)
  if (position === undefined) throw new SettingsError('a position is partition/offset or topic/partition/offset')
  return position
}

async function lastOnes(topic: DeadLetterTopic, filter: Filter, limit: number, stop: AbortSignal) {
  const tally = new DeadLetterTally(limit)
  await countDeadLetters(topic, filter, tally, stop)
  return tally.last().map(({ position }) => position)
}

/** None, and a word, where it would be no test. */
async function recordsAt(
  topic: DeadLetterTopic,
  position: RecordPosition,
  { expected, reveal }: { readonly expected: Place['expected']; readonly reveal: boolean }
): Promise<FixtureRecord[]> {
  const stored = await topic.recordAt(position)
  const skipped = (why: string) => {
    print(`⚠ ${positionText(position)} is left out: ${why}`)
    return []
  }
  const found = stored && readDeadLetter(stored)
  if (found === undefined) return skipped('there is no dead letter of Millrace')
  const deadLetter = reveal ? restored(found, readEncryptionKeys(topic.read.settings.dlqEncryptionKeys)) : found
  if (deadLetter === undefined) return skipped('its encrypted value was changed, so that nobody can restore it')
  if (deadLetter.reason === 'refused-by-broker') return skipped('without a broker nothing refuses it')
  const record = await recordBefore(topic, deadLetter)
  if (record === undefined) return skipped('it left its value out, and what it was read from is gone')
  if (deadLetter.encryption) print(`⚠ ${positionText(position)} is exported encrypted; --reveal exports what it was`)
  return [fixtureRecord(`${positionText(position)}: ${printable(deadLetter.message)}`, deadLetter, record, expected)]
}

/** As it was when it was read. */
async function recordBefore(topic: DeadLetterTopic, deadLetter: DeadLetter): Promise<OutgoingRecord | undefined> {
  const { record, ownHeaders, omittedBytes, originalTimestampMs, source } = deadLetter
  const timestampMs = originalTimestampMs ?? record.timestampMs
  if (omittedBytes === undefined) return { ...record, headers: ownHeaders, timestampMs }
  const original = await topic.recordAt(source)
  return isOriginalOf(deadLetter, original) ? original : undefined
}

function write(topic: DeadLetterTopic, { testFile, dataFile, runner }: Place, data: FixtureData): void {
  const imports = importsFor(dirname(testFile), topic.read.raw.pipeline)
  const hasApart = data.records.some(({ apart }) => apart)
  const source = fixtureTest({ ...imports, dataFile: basename(dataFile), runner, topic: topic.name, hasApart })
  writeFileSync(dataFile, `${JSON.stringify(data, undefined, 2)}\n`, { flag: 'wx', mode: 0o600 })
  writeFileSync(testFile, source, { flag: 'wx' })
  print(`✔ ${counted(data.records.length)} in ${dataFile}, with a test for ${runner} in ${testFile}`)
  print(`⚠ ${basename(dataFile)} holds the whole records. That may be personal data: mind where it goes.`)
  for (const record of data.records) printCheck(topic, data, record)
}

/** Tells where the test would not say what the dead letter says. */
function printCheck({ read }: DeadLetterTopic, { environment, schemas }: FixtureData, record: FixtureRecord): void {
  if (!isExact(record))
    print(
      `⚠ ${record.name}: its key and headers are not all text, or a name is there twice; the test has them as near as can be`
    )
  if (record.apart || record.expected.outcome !== 'dead-letter') return
  const [result] = testPipeline(read.pipeline, [testRecord(record)], {
    environment,
    schemas,
    nowMs: record.timestampMs
  })
  const found = foundResult(result)
  if (isDeepStrictEqual(found, record.expected)) return
  print(`⚠ ${record.name}: with this pipeline and these settings it is now ${found.message ?? found.outcome}`)
}
