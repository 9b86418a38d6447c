import { commandProperties } from '../../config/client-properties.ts'
import { isPattern } from '../../config/inputs.ts'
import { readEncryptionKeys } from '../../dead-letters/encryption/keys.ts'
import { MissingKeyError } from '../../dead-letters/encryption/restore.ts'
import { Pace } from '../../dead-letters/pace.ts'
import { Redrive, type RedriveOptions, type RedriveRange } from '../../dead-letters/redrive.ts'
import { RedriveProgress, type StoredProgress } from '../../dead-letters/redrive-progress.ts'
import { type RedriveTerms, termsOf } from '../../dead-letters/redrive-terms.ts'
import { Slices } from '../../dead-letters/slices.ts'
import { TransactionalWriter } from '../../kafka/confluent/transactional-writer.ts'
import { ErrorCode, KafkaError } from '../../kafka/kafka-error.ts'
import type { CommittedPosition } from '../../kafka/ports.ts'
import { readArguments, readNumber } from '../arguments.ts'
import type { Command } from '../command.ts'
import { grouped, ProgressLine } from '../progress-line.ts'
import { DeadLetterTopic } from './dead-letter-topic.ts'
import { filterOptions, readFilter, readLimit } from './filter-arguments.ts'
import { printRedrive } from './redrive-text.ts'

const options = { ...filterOptions, 'dry-run': { type: 'boolean' }, rate: { type: 'string' } } as const

/**
 * `millrace dlq redrive`: writes the records of dead letters back to where they are read, in transactions that hold the
 * progress, too. A second redrive of the same group takes over from the first.
 */
export const redrive: Command = async (args, context) => {
  const { values } = readArguments({ args: [...args], options })
  const filter = readFilter(values, Date.now())
  const limit = readLimit(values.limit, 1, Infinity)
  const pace = new Pace(values.rate === undefined ? 0 : readNumber('--rate', values.rate, 1))
  const stop = new AbortController()
  context.onStop(() => stop.abort())
  const topic = await DeadLetterTopic.open(context)
  const { groupId } = topic.read.settings
  const terms = termsOf(topic.read.settings, { groups: [groupId], ...filter })
  const writer = values['dry-run'] ? undefined : writerFor(topic)
  try {
    targetsMustExist(topic)
    if (writer !== undefined) await topic.clients.connect(writer)
    return await run(topic, terms, { limit, pace, stop: stop.signal, writer })
  } catch (error) {
    throw error instanceof KafkaError && error.code === ErrorCode.FENCED ? overtaken(groupId) : error
  } finally {
    await topic.close()
  }
}

interface Run {
  readonly limit: number
  readonly pace: Pace
  readonly stop: AbortSignal
  readonly writer: TransactionalWriter | undefined
}

async function run(topic: DeadLetterTopic, terms: RedriveTerms, { limit, pace, stop, writer }: Run): Promise<number> {
  const ranges = await rangesOf(topic, terms, writer)
  const line = new ProgressLine(process.stdout)
  const options = () => optionsOf(topic, ranges, stop, { terms, limit })
  const show = (text: string) => line.show(text)
  const dry = new Redrive({ ...options(), progressed: ({ lookedAt }) => show(`${grouped(lookedAt)} looked at`) })
  const isLookedAt = await lookAt(dry)
  const redriving = writer && new Redrive({ ...options(), pace, ...writing(writer, show) })
  const isDone = (await redriving?.run()) ?? isLookedAt
  line.end()
  printRedrive((redriving ?? dry).tally, topic.read.settings, { isDryRun: redriving === undefined, isDone })
  return isDone ? 0 : 1
}

/** A dry run comes before each redrive: a key that is missing is to be found before anything is written. */
async function lookAt(dry: Redrive): Promise<boolean> {
  try {
    return await dry.run()
  } catch (error) {
    throw error instanceof MissingKeyError ? new Error(`nothing was redriven: ${error.message}`) : error
  }
}

/** From the beginning of the ranges; without a pace, as it does not write. */
function optionsOf(
  topic: DeadLetterTopic,
  ranges: readonly RedriveRange[],
  stop: AbortSignal,
  wish: Pick<RedriveOptions, 'terms' | 'limit'>
): RedriveOptions {
  const { settings } = topic.read
  const slices = new Slices(topic.reader, ranges)
  return {
    ...wish,
    settings,
    group: settings.groupId,
    ranges,
    keys: readEncryptionKeys(settings.dlqEncryptionKeys),
    next: () => slices.next(stop),
    pace: new Pace(0),
    stop,
    originalOf: position => topic.recordAt(position),
    partitionsOf: name => topic.partitionsOf(name),
    nowMs: () => Date.now()
  }
}

function writing(
  writer: TransactionalWriter,
  show: (text: string) => void
): Pick<RedriveOptions, 'write' | 'progressed'> {
  return {
    write: (records, offsets) => writer.write(records, offsets),
    progressed: tally => show(`${grouped(tally.of('redriven').total)} redriven, ${grouped(tally.lookedAt)} looked at`)
  }
}

/** Of each partition, where there may be something left, and where this redrive ends: what comes later fails again. */
async function rangesOf(
  topic: DeadLetterTopic,
  terms: RedriveTerms,
  writer: TransactionalWriter | undefined
): Promise<RedriveRange[]> {
  const { partitions } = topic
  const group = progressGroup(topic)
  const committed = await (writer?.committed(partitions) ?? topic.admin.committedOffsets(group, partitions))
  const ranges = (await topic.ranges()).map(({ topic: name, partition, from: begin, to }) => {
    const progress = RedriveProgress.read(committedFor(committed, partition), begin)
    return { topic: name, partition, from: Math.min(progress.start(terms), to), to, progress }
  })
  if (ranges.some(({ progress, to }) => !progress.hasRoomFor(terms, to))) {
    throw new Error(`the group ${group} can't remember more redrives with filters; let one without filters end first`)
  }
  return ranges
}

function committedFor(committed: readonly CommittedPosition[], partition: number): StoredProgress {
  const found = committed.find(each => each.partition === partition)
  return found ?? { offset: -1, metadata: '' }
}

function writerFor(topic: DeadLetterTopic): TransactionalWriter {
  if (topic.isSimulated) throw new Error('the simulated broker has no transactions; --dry-run says what there is')
  const { settings } = topic.read
  return new TransactionalWriter({
    consumerProperties: topic.consumerProperties,
    producerProperties: commandProperties(topic.read, 'producer'),
    // A slash, which no INSTANCE_ID holds: it must not fence a copy of the processor.
    transactionalId: `${settings.groupId}/redrive`,
    group: progressGroup(topic),
    transactionTimeoutMs: settings.transactionTimeoutMs
  })
}

/** Whose offsets in the dead-letter topic say what has been redriven. */
function progressGroup({ read }: DeadLetterTopic): string {
  return `${read.settings.groupId}-redrive`
}

function targetsMustExist(topic: DeadLetterTopic): void {
  const { redriveTopic, quarantineTopic, inputTopic } = topic.read.settings
  const targets = [...(redriveTopic === undefined ? inputTopic : [redriveTopic]), quarantineTopic]
  for (const target of targets) if (target !== undefined && !isPattern(target)) topic.mustExist(target)
}

function overtaken(group: string): Error {
  return new Error(
    `another redrive of group ${group} has taken over, or a transaction took longer than TRANSACTION_TIMEOUT_MS; ` +
      'nothing was done twice, and the next redrive goes on where the last transaction ended'
  )
}
