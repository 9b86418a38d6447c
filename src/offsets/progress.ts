/** One partition as a look finds it. */
export interface PartitionPosition {
  /** `topic/partition`. */
  readonly name: string
  /** Undefined until a record of it has settled or its end was seen, under this assignment. */
  readonly frontier: number | undefined
  /** -1 if unknown; the same for the end. */
  readonly stableOffset: number
  readonly endOffset: number
  /** Held, paused, or on its way out: that it stands still says nothing. */
  readonly exempt: boolean
}

/** What a look has come to. */
export interface Finding {
  /** `rejoin`: leave the group and join it again. `end`: that has been tried, and nothing came of it. */
  readonly remedy: 'none' | 'rejoin' | 'end'
  /** Names of partitions that stand still, though there is something to read in them. */
  readonly stalled: readonly string[]
  /** Names of partitions that wait for a transaction of somebody else to end; due to be told. */
  readonly openTransactions: readonly string[]
}

interface Track {
  /** The highest there has been: one that goes back, to be read again, has moved only once it is further than that. */
  frontier: number | undefined
  stableOffset: number
  idleMs: number
  openMs: number
  /** `openMs` at which an open transaction is told next. */
  tellAtMs: number
}

/**
 * Each look goes over all partitions: four a second at a thousand of them were half of what an idle process took. And the
 * client says only every 5 s how far a partition may be read.
 */
const LOOK_EVERY_MS = 5000
/** An upstream transaction that stays open is told again after so long. */
const TELL_AGAIN_MS = 3_600_000

/** How often there is to be a look. */
export function lookEveryMs(timeoutMs: number): number {
  return Math.min(LOOK_EVERY_MS, timeoutMs / 8)
}

/**
 * Tells a consumer that is alive but idle from one that has nothing to do: a partition in which there is something to
 * read, below the last stable offset, and whose frontier does not move. Pure: numbers and the time in, a finding out.
 *
 * A partition of which neither a record nor its end has come counts as one with something to read: a consumer that works
 * delivers one of the two within moments of the assignment.
 */
export class Progress {
  readonly #timeoutMs: number
  /** Only so much of the time between two looks counts: a process that was itself stopped for a minute convicts nobody. */
  readonly #longestIntervalMs: number
  readonly #tracks = new Map<string, Track>()
  #lastMs: number | undefined
  /** Set by a rejoin until something moves again: the partitions that it was for, with their frontiers. */
  readonly #suspects = new Map<string, number | undefined>()
  #movedSinceRejoin = true
  #assignedSinceRejoin = true
  #sinceRejoinMs = 0

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
    this.#longestIntervalMs = 2 * lookEveryMs(timeoutMs)
  }

  /** False from the moment a stall is seen until it is over. */
  get live(): boolean {
    return this.#suspects.size === 0
  }

  /** `counts`: brokers can be reached. `rejoining`: the group has been left and not joined again yet. */
  look(
    nowMs: number,
    partitions: readonly PartitionPosition[],
    { counts, rejoining }: { readonly counts: boolean; readonly rejoining: boolean }
  ): Finding {
    const elapsedMs = Math.min(nowMs - (this.#lastMs ?? nowMs), this.#longestIntervalMs)
    this.#lastMs = nowMs
    const countedMs = counts ? elapsedMs : 0
    this.#sinceRejoinMs += countedMs
    this.#forgetAbsent(partitions)
    if (!rejoining && partitions.length > 0) this.#assignedSinceRejoin = true
    for (const position of partitions) this.#follow(position, countedMs)
    return { ...this.#judge(rejoining), openTransactions: this.#openTransactions() }
  }

  #follow(position: PartitionPosition, countedMs: number): void {
    const { name, frontier, stableOffset, exempt } = position
    const track = this.#tracks.get(name) ?? this.#newTrack(position)
    const moved = frontier !== undefined && (track.frontier === undefined || frontier > track.frontier)
    if (moved) this.#moved(name)
    if (isAtEnd(position)) this.#suspects.delete(name)
    if (moved || exempt || isAtEnd(position)) track.idleMs = 0
    else if (isBehind(position)) track.idleMs += countedMs
    const waits = waitsForTransaction(position) && stableOffset === track.stableOffset
    if (moved || exempt || !waits) this.#resetOpen(track)
    else track.openMs += countedMs
    if (moved) track.frontier = frontier
    track.stableOffset = stableOffset
  }

  /** One that a rejoin was for has not moved before it is further than then. */
  #newTrack({ name, stableOffset }: PartitionPosition): Track {
    const frontier = this.#suspects.get(name)
    const track = { frontier, stableOffset, idleMs: 0, openMs: 0, tellAtMs: this.#timeoutMs }
    this.#tracks.set(name, track)
    return track
  }

  #moved(name: string): void {
    this.#movedSinceRejoin = true
    this.#suspects.delete(name)
  }

  #judge(rejoining: boolean): Pick<Finding, 'remedy' | 'stalled'> {
    const stalled = [...this.#tracks].filter(([, { idleMs }]) => idleMs >= this.#timeoutMs).map(([name]) => name)
    const neverBack = (rejoining || !this.#assignedSinceRejoin) && this.#sinceRejoinMs >= this.#timeoutMs
    if (neverBack) return { remedy: 'end', stalled: [...this.#suspects.keys()] }
    if (stalled.length === 0) return { remedy: 'none', stalled }
    if (!this.#movedSinceRejoin || stalled.some(name => this.#suspects.has(name))) return { remedy: 'end', stalled }
    this.#suspect(stalled)
    return { remedy: 'rejoin', stalled }
  }

  #suspect(stalled: readonly string[]): void {
    for (const name of stalled) this.#suspects.set(name, this.#tracks.get(name)?.frontier)
    for (const track of this.#tracks.values()) track.idleMs = 0
    this.#movedSinceRejoin = false
    this.#assignedSinceRejoin = false
    this.#sinceRejoinMs = 0
  }

  /** A suspect that is another member's by the time by which it would have been convicted is that member's to judge. */
  #forgetAbsent(partitions: readonly PartitionPosition[]): void {
    const present = new Set(partitions.map(({ name }) => name))
    for (const name of this.#tracks.keys()) if (!present.has(name)) this.#tracks.delete(name)
    if (this.#sinceRejoinMs < this.#timeoutMs || !this.#assignedSinceRejoin) return
    for (const name of this.#suspects.keys()) if (!present.has(name)) this.#suspects.delete(name)
  }

  #resetOpen(track: Track): void {
    track.openMs = 0
    track.tellAtMs = this.#timeoutMs
  }

  #openTransactions(): string[] {
    const due = [...this.#tracks].filter(([, { openMs, tellAtMs }]) => openMs >= tellAtMs)
    for (const [, track] of due) track.tellAtMs = track.openMs + TELL_AGAIN_MS
    return due.map(([name]) => name)
  }
}

function isBehind({ frontier, stableOffset }: PartitionPosition): boolean {
  return frontier === undefined || frontier < stableOffset
}

function isAtEnd({ frontier, stableOffset }: PartitionPosition): boolean {
  return frontier !== undefined && stableOffset >= 0 && frontier >= stableOffset
}

/** All that may be read has been, and there is more. */
function waitsForTransaction(position: PartitionPosition): boolean {
  return isAtEnd(position) && position.endOffset > position.stableOffset
}
