import { DEAD_LETTER, EXPIRED, FILTERED, PROCESSED } from '../slabs/outcomes.ts'
import type { Findings, FoundRange } from './findings.ts'
import type { OutputKind, VerifyTask } from './task.ts'
import type { Verified } from './verify.ts'

export interface ResultRange {
  readonly topic: string
  readonly partition: number
  /** The first offset, and the one before which it ends. */
  readonly from: number
  readonly to: number
}

export interface ResultFindings {
  readonly records: number
  /** The first of them, offsets that follow one another in one. */
  readonly at: readonly FoundRange[]
  /** How many records are in none of these. */
  readonly more: number
}

export interface ResultLate {
  readonly records: number
  /** The first of their rows. */
  readonly at: readonly {
    readonly topic: string
    readonly partition: number
    readonly offset: number
    readonly row: number
    /** The offset of the input that had come before it. */
    readonly after: number
    /** Where the row stands. */
    readonly output: { readonly topic: string; readonly partition: number; readonly offset: number }
  }[]
}

/** What `millrace verify --json` prints. It says where records stand, and nothing of what is in them. */
export interface VerifyResult {
  /** `unsure`: nothing was found, but of some records nothing can be said. */
  readonly verdict: 'clean' | 'findings' | 'unsure'
  readonly group: string
  readonly inputs: readonly ResultRange[]
  readonly outputs: readonly (ResultRange & { readonly kind: OutputKind })[]
  /** In the input. Each has one of the outcomes, or is lost, differing, or unsure for want of any row. */
  readonly records: number
  /** Rows of these inputs in the outputs, those of other offsets too. */
  readonly rows: number
  readonly outcomes: ResultOutcomes
  /** Of these, the ones of which nothing is written: the pipeline was asked again. */
  readonly traceless: ResultOutcomes
  readonly lost: ResultFindings
  readonly incomplete: ResultFindings
  readonly duplicated: ResultFindings & { readonly allowed: boolean }
  readonly disordered: ResultLate
  readonly differing: ResultFindings
  readonly unsure: ResultFindings
  readonly notes: readonly string[]
}

export interface ResultOutcomes {
  readonly processed: number
  readonly filtered: number
  readonly expired: number
  readonly deadLetter: number
}

export interface ResultContext {
  readonly group: string
  readonly allowDuplicates: boolean
  readonly notes: readonly string[]
}

export function resultOf(task: VerifyTask, { verdict, survey }: Verified, context: ResultContext): VerifyResult {
  const { group, allowDuplicates, notes } = context
  const { lost, incomplete, duplicated, differing, unsure, lateRecords } = verdict
  const duplicates = allowDuplicates ? 0 : duplicated.records
  const found = lost.records + incomplete.records + differing.records + lateRecords + duplicates
  return {
    verdict: found > 0 ? 'findings' : unsure.records > 0 ? 'unsure' : 'clean',
    group,
    inputs: task.inputs.map(rangeOf),
    outputs: task.outputs.map(range => ({ ...rangeOf(range), kind: range.kind })),
    records: verdict.records,
    rows: survey.traced,
    outcomes: outcomesOf(verdict.tally),
    traceless: outcomesOf(verdict.traceless),
    lost: findingsOf(lost),
    incomplete: findingsOf(incomplete),
    duplicated: { ...findingsOf(duplicated), allowed: allowDuplicates },
    disordered: { records: lateRecords, at: verdict.late.map(late => placed(task, late)) },
    differing: findingsOf(differing),
    unsure: findingsOf(unsure),
    notes
  }
}

function findingsOf({ records, ranges, left }: Findings): ResultFindings {
  return { records, at: ranges, more: left }
}

function outcomesOf(tally: readonly number[]): ResultOutcomes {
  return {
    processed: tally[PROCESSED],
    filtered: tally[FILTERED],
    expired: tally[EXPIRED],
    deadLetter: tally[DEAD_LETTER]
  }
}

function rangeOf({ topic, partition, from, to }: ResultRange): ResultRange {
  return { topic, partition, from, to }
}

function placed(task: VerifyTask, late: Verified['verdict']['late'][number]): ResultLate['at'][number] {
  const { topic, partition } = task.inputs[late.input]
  const output = task.outputs[late.output]
  return {
    topic,
    partition,
    offset: late.offset,
    row: late.row,
    after: late.after,
    output: { topic: output.topic, partition: output.partition, offset: late.at }
  }
}
