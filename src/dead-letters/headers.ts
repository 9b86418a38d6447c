import type { Header } from '../pipeline.ts'
import type { Reason } from '../slabs/outcomes.ts'

/**
 * The headers that say why a record is a dead letter: Kafka Connect's names and, like Connect's, all text. They are
 * appended after the record's own, even where these have equal names (a dead letter that was read again has both).
 *
 * `exception.message` holds `reason@byte` or every `field:reason`; nothing here ever holds a value of the record.
 */
export const PREFIX = '__connect.errors.'

/** Says how long the value was that a dead letter by reference leaves out. */
export const OMITTED_BYTES_HEADER = 'millrace.omitted.bytes'
/** Why a record is in the cleaned topic: `age`, or the rule of the pipeline that filtered it. */
export const RULE_HEADER = 'millrace.rule'
/** The input's timestamp, milliseconds since 1970, where the broker would have refused it. */
export const ORIGINAL_TIMESTAMP_HEADER = 'millrace.original.timestamp'

export interface DeadLetterSource {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** How often the record has been redriven, by `millrace dlq redrive`; the two below come right after it. */
export const REDRIVE_ATTEMPT_HEADER = 'millrace.redrive.attempt'
/** `topic/partition/offset` of the record as it first came in. */
export const REDRIVE_ORIGIN_HEADER = 'millrace.redrive.origin'
/** The group that redrove it: another pipeline that reads the same record counts for itself. */
export const REDRIVE_GROUP_HEADER = 'millrace.redrive.group'

export const textHeader = (name: string, value: string): Header => ({ name, value: Buffer.from(value) })

/** Makes the function that writes the headers of one dead letter; what is the same for all is encoded once. */
export function createDeadLetterHeaders(names: { groupId: string; clientId: string; pipeline: string }) {
  const connector = textHeader(`${PREFIX}connector.name`, names.groupId)
  const task = textHeader(`${PREFIX}task.id`, names.clientId)
  const pipeline = textHeader(`${PREFIX}class.name`, `millrace.${names.pipeline}`)

  return (source: DeadLetterSource, reason: Reason, message: string): Header[] => [
    textHeader(`${PREFIX}topic`, source.topic),
    textHeader(`${PREFIX}partition`, String(source.partition)),
    textHeader(`${PREFIX}offset`, String(source.offset)),
    connector,
    task,
    textHeader(`${PREFIX}stage`, stageOf(reason)),
    pipeline,
    textHeader(`${PREFIX}exception.class.name`, `millrace.${reason}`),
    textHeader(`${PREFIX}exception.message`, message)
  ]
}

/** Connect's own names for the two stages that a record can fail in. */
function stageOf(reason: Reason): 'VALUE_CONVERTER' | 'TRANSFORMATION' {
  switch (reason) {
    case 'rejected':
    case 'transform-threw':
    case 'output-too-large':
    case 'killed-worker':
      return 'TRANSFORMATION'
    default:
      return 'VALUE_CONVERTER'
  }
}
