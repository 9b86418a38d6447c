import type { TopicPartition } from '../kafka/ports.ts'
import type { OffsetRange } from '../kafka/range-reader.ts'
import { VerifyRefusal } from './task.ts'

interface AtOffset {
  readonly type: 'offset'
  readonly offset: number
}

interface AtTime {
  readonly type: 'time'
  /** Milliseconds since 1970. */
  readonly timestampMs: number
}

/** Where ranges are to begin: at the first record that is left, at an offset, with the first record of a time. */
export type FromBound = { readonly type: 'begin' } | AtOffset | AtTime
/** Where they are to end: before what the group has not committed, at the end, at an offset, before a time. */
export type ToBound = { readonly type: 'committed' } | { readonly type: 'end' } | AtOffset | AtTime

/** An input partition as it is now. */
export interface InputState extends TopicPartition {
  /** The first offset that has not been deleted. */
  readonly begin: number
  /** The last stable offset. */
  readonly end: number
  /** What the group has committed; -1 if nothing. */
  readonly committed: number
  /** The offsets of the times that were asked for; anything where none was. */
  readonly timeFrom: number
  readonly timeTo: number
}

export interface ChosenRanges {
  /** None of them is empty. */
  readonly ranges: readonly OffsetRange[]
  /** What whoever asked should know. */
  readonly notes: readonly string[]
}

/**
 * The range of each input partition. What the group has not committed may be in flight, and is not lost if nothing has
 * come of it: so a range ends before that, unless `end` is asked for or the group has committed nothing.
 *
 * @throws VerifyRefusal if records of the range have been deleted.
 */
export function chooseRanges(inputs: readonly InputState[], from: FromBound, to: ToBound): ChosenRanges {
  const cut = from.type === 'offset' ? inputs.filter(({ begin }) => from.offset < begin) : []
  if (cut.length > 0) {
    const named = cut.map(input => `${nameOf(input)} begins at ${input.begin}`).join(', ')
    throw new VerifyRefusal(`records of the range have been deleted: ${named}; begin there or later`)
  }
  const ranges = inputs.map(input => ({
    topic: input.topic,
    partition: input.partition,
    from: beginOf(input, from),
    to: endOf(input, to)
  }))
  return { ranges: ranges.filter(range => range.from < range.to), notes: inputs.flatMap(input => notesOn(input, to)) }
}

function beginOf({ begin, timeFrom }: InputState, from: FromBound): number {
  if (from.type === 'offset') return from.offset
  return from.type === 'time' ? timeFrom : begin
}

function endOf(input: InputState, to: ToBound): number {
  const wanted = wantedEnd(input, to)
  return to.type === 'end' || input.committed < 0 ? wanted : Math.min(wanted, input.committed)
}

function wantedEnd({ end, committed, timeTo }: InputState, to: ToBound): number {
  switch (to.type) {
    case 'committed':
      return committed
    case 'end':
      return end
    case 'offset':
      return Math.min(to.offset, end)
    case 'time':
      return timeTo
  }
}

function notesOn(input: InputState, to: ToBound): string[] {
  const { begin, end, committed } = input
  const name = nameOf(input)
  if (committed >= 0 && committed < begin) {
    return [`${name}: offsets ${committed} to ${begin - 1} were deleted before the group had processed them`]
  }
  if (committed < 0) return to.type === 'committed' && begin < end ? [`${name}: the group has committed nothing`] : []
  const isCapped = to.type !== 'end' && committed < wantedEnd(input, to)
  return isCapped ? [`${name}: looked at up to ${committed} only, as the group has committed no more`] : []
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
