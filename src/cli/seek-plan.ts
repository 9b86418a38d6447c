import type { TopicPartition } from '../kafka/ports.ts'

/** A partition as it is now. */
export interface PartitionState extends TopicPartition {
  readonly begin: number
  /** Up to there everything is committed or aborted. */
  readonly end: number
  /** -1 where the group has not committed. */
  readonly committed: number
}

/** Where a group is to go on. */
export type SeekTarget = 'earliest' | 'latest' | { readonly offset: number } | { readonly timestampMs: number }

export interface Move extends TopicPartition {
  /** Where the group would go on as it is; undefined where it would stop with an error. */
  readonly from: number | undefined
  readonly to: number
  /** Why `to` is not what was asked for. */
  readonly note?: string
}

/** `atTime`: the first offset that is not older, if the target is a time. */
export function planMove(
  state: PartitionState,
  target: SeekTarget,
  reset: 'earliest' | 'latest' | 'error',
  atTime: number
): Move {
  const { topic, partition } = state
  return { topic, partition, from: startOf(state, reset), ...destination(state, target, atTime) }
}

function destination(
  { begin, end }: PartitionState,
  target: SeekTarget,
  atTime: number
): { to: number; note?: string } {
  if (target === 'earliest') return { to: begin }
  if (target === 'latest') return { to: end }
  if ('timestampMs' in target)
    return atTime >= end ? { to: end, note: 'nothing is that new, so to the end' } : { to: atTime }
  if (target.offset > end) return { to: end, note: `there is no offset ${target.offset} yet, so to the end` }
  if (target.offset < begin) return { to: begin, note: `offset ${target.offset} has been deleted, so to the beginning` }
  return { to: target.offset }
}

/** A committed offset that has been deleted since, or never was, counts as none. */
function startOf({ begin, end, committed }: PartitionState, reset: 'earliest' | 'latest' | 'error') {
  if (begin <= committed && committed <= end) return committed
  if (reset === 'error') return undefined
  return reset === 'earliest' ? begin : end
}

/** What moves come to: records that are read again, and such that are left out. Gaps in offsets count, too. */
export function totalsOf(moves: readonly Move[]): { replayed: number; skipped: number } {
  let replayed = 0
  let skipped = 0
  for (const { from, to } of moves) {
    if (from === undefined) continue
    replayed += Math.max(0, from - to)
    skipped += Math.max(0, to - from)
  }
  return { replayed, skipped }
}
