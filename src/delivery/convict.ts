import type { ProduceFailure } from '../kafka/ports.ts'
import { metricsRefusal, refusal, summaryRefusal } from '../kafka/produce-errors.ts'
import { verdictOnRefused } from '../slabs/verdict.ts'
import type { SentRow } from '../stages/culprit-search.ts'
import type { Events } from '../telemetry/events.ts'

/**
 * Of a row that was refused in a request of its own: its record has a verdict from now on. Answers what ends the process
 * where no verdict helps. `metrics`: the output that tells of records instead of being made of them; -1 where none does.
 */
export function convict(sent: SentRow, failure: ProduceFailure, metrics: number, events: Events): Error | undefined {
  const { assignment, task, summaryTopic } = sent.batch
  const { slab } = task
  const record = slab.rowRecord[sent.row]
  // No record is to blame for what is told of it.
  const isOfRecord = summaryTopic === undefined && slab.rowOutput[sent.row] !== metrics
  const verdict = isOfRecord ? verdictOnRefused(slab, record) : undefined
  if (verdict === undefined) return refusalOf(sent, failure, metrics)
  const offset = slab.offsetOf(record)
  assignment.verdicts.set(offset, verdict)
  events.condemned(assignment, offset, failure)
  return undefined
}

/** What ends the process when this row can't be written, and says what it is of. */
export function refusalOf({ batch, row }: SentRow, failure: ProduceFailure, metrics: number): Error {
  const { assignment, task, summaryTopic } = batch
  if (summaryTopic !== undefined) return summaryRefusal(assignment, failure, summaryTopic)
  return (task.slab.rowOutput[row] === metrics ? metricsRefusal : refusal)(assignment, failure)
}
