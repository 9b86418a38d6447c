import { type CommitMetadata, commitMetadataText, NO_METADATA, type NamedStretch } from './commit-metadata.ts'

/** From so many assignments in a row on that began at the same offset, records are named before they run. */
const CAREFUL_ATTEMPTS = 2
/** A record that was being worked on in so many deaths of the process in a row is not run any more. */
const MAX_DEATHS = 3

/** How far a worker may go from an offset on, and whether that has to be named first. */
export interface Stretch {
  readonly until: number
  readonly named: boolean
}

/**
 * How carefully the records of a partition are run, because a process may have died of one of them: of a native crash, of
 * memory outside the heap, of a thread that could not be ended.
 *
 * 1. An assignment that begins where the last one did is the second attempt: that one died, and got nowhere.
 * 2. So records are run a stretch at a time, and each stretch is named in the commit's metadata before.
 * 3. If the process dies, the next one finds the name, and runs these records one by one, each named.
 * 4. A record that was named in three deaths in a row, first among others and then alone, has its verdict.
 *
 * Whoever ends the process from outside convicts nobody: the name is there only while a worker has the record, and he
 * would have to hit the same record three times.
 */
export class Caution {
  /** Records that have their verdict. */
  readonly convicted: readonly number[]
  /** The last of them has it since this assignment. */
  readonly newlyConvicted: number | undefined
  /** The group has committed nothing: there is no offset yet that anything could stand beside. */
  unpinned: boolean
  /** The offset that `#attempts` is about. */
  #start: number | undefined
  #attempts: number
  #suspect: NamedStretch | undefined
  #running: NamedStretch | undefined
  /** Records that are still to be named, and the offset from which on they are too young to have killed anybody. */
  #recordsLeft: number
  #below: number | undefined
  readonly #others: CommitMetadata['others']

  /**
   * `offset`: what the group has committed, -1 for nothing, undefined if it could not be asked. `maxRecords`: how many
   * the last process may have had in flight of this partition.
   */
  constructor(offset: number | undefined, metadata: CommitMetadata, maxRecords: number) {
    const known = offset !== undefined && offset >= 0
    const { attempts, named, convicted, others } = known ? metadata : NO_METADATA
    this.unpinned = offset === -1
    this.#start = known ? offset : undefined
    this.#attempts = known ? attempts + 1 : 0
    this.#recordsLeft = this.#attempts >= CAREFUL_ATTEMPTS ? maxRecords : 0
    this.#others = others
    const suspect = named && { ...named, deaths: named.deaths + (named.running ? 1 : 0), running: false }
    const guilty = suspect !== undefined && suspect.until === suspect.offset + 1 && suspect.deaths >= MAX_DEATHS
    this.#suspect = guilty ? undefined : suspect
    this.newlyConvicted = guilty ? suspect.offset : undefined
    this.convicted = guilty ? [...convicted, suspect.offset] : convicted
  }

  get attempts(): number {
    return this.#attempts
  }

  /** Whether `stretch` may answer anything but "all of it, without a name". */
  get watchful(): boolean {
    return this.unpinned || this.#recordsLeft > 0 || this.#suspect !== undefined
  }

  /** The first record has come, and its offset is about to be committed: this is the first attempt. */
  pin(offset: number): void {
    this.unpinned = false
    this.#start = offset
    this.#attempts = 1
  }

  /** What is at this offset or behind it was not there when the last process died. */
  endsAt(offset: number): void {
    this.#below ??= offset
  }

  /** For records from `offset` to before `end`. */
  stretch(offset: number, end: number): Stretch {
    const careful = this.#recordsLeft > 0 && (this.#below === undefined || offset < this.#below)
    const suspect = this.#suspect
    if (!careful) this.#recordsLeft = 0
    if (suspect === undefined || offset >= suspect.until || end <= suspect.offset) return { until: end, named: careful }
    return offset < suspect.offset ? { until: suspect.offset, named: careful } : { until: offset + 1, named: true }
  }

  /** A worker is about to get these. To be committed before. */
  begin(offset: number, until: number): void {
    const suspect = this.#suspect
    const suspected = suspect !== undefined && offset >= suspect.offset && offset < suspect.until
    this.#running = { offset, until, deaths: suspected ? suspect.deaths : 0, running: true }
  }

  /** They have come back, `records` of them, or only their thread has died: the process lives. */
  ended(records: number): void {
    const { offset = 0, until = 0 } = this.#running ?? {}
    this.#running = undefined
    this.#recordsLeft = Math.max(0, this.#recordsLeft - records)
    if (this.#suspect === undefined || offset > this.#suspect.offset || until <= this.#suspect.offset) return
    this.#suspect = until < this.#suspect.until ? { ...this.#suspect, offset: until } : undefined
  }

  /** Everything before this offset has settled. */
  settled(offset: number): void {
    if (this.#suspect !== undefined && this.#suspect.until <= offset) this.#suspect = undefined
  }

  /** The process ends in order, whatever its workers have: no record is to blame. */
  forgive(): void {
    this.#running = undefined
  }

  /** The partition is given back in order: the next assignment is the first one. */
  leave(): void {
    this.#attempts = 0
    this.#running = undefined
  }

  /** What is to stand beside this offset when it is committed, `summary` with it; undefined for nothing. */
  metadataAt(offset: number, summary?: object): string | undefined {
    const suspect = this.#suspect !== undefined && this.#suspect.until > offset ? this.#suspect : undefined
    return commitMetadataText({
      attempts: offset === this.#start ? this.#attempts : 0,
      named: this.#running ?? suspect,
      convicted: this.convicted.filter(record => record >= offset),
      summary,
      others: this.#others
    })
  }
}
