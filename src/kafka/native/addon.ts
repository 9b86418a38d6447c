import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { findAddon, NativeUnavailable, requireAddon } from '../../addon/require-addon.ts'
import { KafkaError } from '../kafka-error.ts'
import type { TopicPartition } from '../ports.ts'
import { librdkafkaPlaces } from './places.ts'

export { NativeUnavailable }

/** Why a call of the addon did not do what it was to do. */
export interface NativeProblem {
  readonly code: number
  readonly message: string
  /** The client is of no more use. */
  readonly isFatal: boolean
  /** The same call may be made again, and goes on with what it had begun. */
  readonly isRetriable: boolean
}

export interface NativePosition extends TopicPartition {
  readonly offset: number
  readonly metadata?: string
  /** What went wrong with this one; 0 if nothing did. */
  readonly code: number
}

/** What the addon takes where it needs partitions, and offsets of some. */
export interface NativePlace extends TopicPartition {
  readonly offset?: number | undefined
  readonly metadata?: string | undefined
}

export type NativeEvent =
  | { readonly type: 'log'; readonly facility: string; readonly message: string }
  | { readonly type: 'error'; readonly code: number; readonly message: string; readonly fatal: boolean }
  | { readonly type: 'statistics'; readonly message: string }
  | { readonly type: 'rebalance'; readonly code: number; readonly partitions: readonly NativePosition[] }
  | { readonly type: 'committed'; readonly code: number; readonly message: string }
  | { readonly type: 'end'; readonly epoch: number; readonly offset: number }
  /** The record at `offset` is another one than was delivered; everything before the position had been. */
  | { readonly type: 'truncated'; readonly offset: number; readonly partitions: readonly NativePosition[] }

interface Positions {
  readonly problem: NativeProblem | undefined
  readonly partitions: readonly NativePosition[]
}

interface Metadata {
  readonly problem: NativeProblem | undefined
  readonly topics: readonly string[]
  /** How many each topic has. */
  readonly partitions: readonly number[]
}

/**
 * What both kinds of clients have. What answers a promise runs in a thread of Node's pool; nothing else waits for anything.
 * After `close` every call but another `close` throws.
 */
export interface NativeClient {
  /** What has happened since the last time. */
  serve(): readonly NativeEvent[] | undefined
  metadata(all: boolean, timeoutMs: number): Promise<Metadata>
  /** Resolves when the client has ended, which is after all calls under way. A consumer leaves its group. */
  close(): Promise<void>
}

export interface NativeConsumerClient extends NativeClient {
  /**
   * Appends records to a slab and answers how many; below 0: how many bytes of input arena, so negated, the next record
   * needs, if that is why not even one was taken.
   */
  fill(bytes: Uint8Array, places: Int32Array, maxRecords: number, maxRecordBytes: number): number
  /** Under epoch 0 nothing of the partition is delivered. */
  deliver(topic: string, partition: number, epoch: number): void
  /** Forgets what has been taken from librdkafka and not been delivered. */
  drop(topic: string, partition: number): void
  pause(partitions: readonly NativePlace[]): NativeProblem | undefined
  resume(partitions: readonly NativePlace[]): NativeProblem | undefined
  subscribe(topics: readonly string[]): NativeProblem | undefined
  unsubscribe(): NativeProblem | undefined
  assign(partitions: readonly NativePlace[]): NativeProblem | undefined
  incrementalAssign(partitions: readonly NativePlace[]): NativeProblem | undefined
  unassign(): NativeProblem | undefined
  incrementalUnassign(partitions: readonly NativePlace[]): NativeProblem | undefined
  assignmentLost(): boolean
  /** Whether it has any partitions, as far as librdkafka has been told. */
  hasAssignment(): boolean
  rebalanceProtocol(): string
  /** The answer is an event, one for each commit that was begun, in order. */
  commit(offsets: readonly NativePlace[]): NativeProblem | undefined
  endOffset(topic: string, partition: number): number
  seek(partitions: readonly NativePlace[], timeoutMs: number): Promise<Positions>
  committed(partitions: readonly NativePlace[], timeoutMs: number): Promise<Positions>
}

export interface NativeProducerClient extends NativeClient {
  /** Topics by index of a row's output. They stay the same; how many partitions they have may change. */
  setOutputs(topics: readonly string[], partitions: readonly number[]): void
  /** Answers the row after the last one taken; if that is less than `endRow`, `refusal` is the code why. */
  produce(
    bytes: Uint8Array,
    places: Int32Array,
    firstRow: number,
    endRow: number,
    batch: number,
    inputPartition: number
  ): number
  readonly refusal?: number
  /** What `serve` has gathered, three numbers each: batch, error code, rows. */
  deliveries(): Float64Array | undefined
  purge(inFlight: boolean): NativeProblem | undefined
  flush(timeoutMs: number): Promise<NativeProblem | undefined>
  initTransactions(timeoutMs: number): Promise<NativeProblem | undefined>
  beginTransaction(): NativeProblem | undefined
  sendOffsets(
    offsets: readonly NativePlace[],
    consumer: NativeConsumerClient,
    timeoutMs: number
  ): Promise<NativeProblem | undefined>
  commitTransaction(timeoutMs: number): Promise<NativeProblem | undefined>
  abortTransaction(timeoutMs: number): Promise<NativeProblem | undefined>
}

/** Properties as the addon takes them: name and value of each, one after the other. */
type Client<C> = new (properties: readonly string[], woken: () => void) => C

export interface Addon {
  readonly Consumer: Client<NativeConsumerClient>
  readonly Producer: Client<NativeProducerClient>
  /** Of the librdkafka that it uses. */
  readonly librdkafkaVersion: string
  readonly librdkafkaFile: string
  /** An error code, in words. */
  describe(code: number): string
}

type Exports = Pick<Addon, 'Consumer' | 'Producer' | 'describe'> & {
  load(file: string): { readonly file: string; readonly version: string }
}

/** The addon is there, and what is missing is a librdkafka. */
export class LibraryUnavailable extends NativeUnavailable {
  override readonly name = 'LibraryUnavailable'
}

let loaded: Addon | undefined

/**
 * Loads the addon, and with it `librdkafkaFile`, or the first librdkafka that can be used of those in `places.ts`. It can
 * be loaded by the main thread only, and keeps the first library that it was given.
 *
 * @throws NativeUnavailable that says what is missing.
 */
export function loadAddon(librdkafkaFile?: string, addonFile = findAddon()): Addon {
  if (loaded !== undefined) return loaded
  const { Consumer, Producer, describe, load } = requireAddon(addonFile) as Exports
  const places = librdkafkaFile === undefined ? librdkafkaPlaces() : [{ what: 'the one named', file: librdkafkaFile }]
  const problems: string[] = []
  for (const { what, file: place } of places) {
    try {
      const { file, version } = load(place)
      loaded = { Consumer, Producer, describe, librdkafkaFile: file, librdkafkaVersion: version }
      return loaded
    } catch (error) {
      problems.push(`${what}, ${place}: ${isMissing(place) ? 'there is none' : (error as Error).message}`)
    }
  }
  const cure =
    librdkafkaFile === undefined
      ? '`millrace build-native` builds one, and NATIVE_LIBRARY names one, version 2.1 or later'
      : 'name another one, version 2.1 or later, or unset NATIVE_LIBRARY'
  throw new LibraryUnavailable(`no librdkafka can be used (${problems.join('; ')}): ${cure}`)
}

/** The loader says as much of a path, but in other words on each system; of a name only it knows. */
function isMissing(file: string): boolean {
  return isAbsolute(file) && !existsSync(file)
}

/** Throws what an addon's call has answered. */
export function succeed(problem: NativeProblem | undefined): void {
  if (problem !== undefined) throw new KafkaError(problem.code, problem.message)
}

/** The addon takes properties as text. Those that are undefined are left out. */
export function flat(properties: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(properties).flatMap(([name, value]) => [name, String(value)])
}
