import { setTimeout as delay } from 'node:timers/promises'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { ClientError } from './client.ts'

/** How long a call may take, and how long it is made again. */
export const TIMEOUT_MS = 10_000
const RETRY_DELAY_MS = 50

/** The broker that keeps a group's offsets is being found, changes, or reads them in: so it is for a moment after each start. */
const COORDINATOR_MOVES: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_LOADING,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR
])

/** So it is for a moment after a topic has been created. */
const LEADER_COMES: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.NOT_LEADER,
  ErrorCode.OFFSET_NOT_AVAILABLE,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
  ErrorCode.NO_ENTRY,
  ErrorCode.UNKNOWN_TOPIC,
  ErrorCode.UNKNOWN_PARTITION
])

export type Callback<T> = (error: ClientError | null | undefined, answer: T) => void

export function called<T>(what: string, call: (callback: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, answer) => {
      if (error) reject(new KafkaError(error.code, `can't ${what}: ${error.message}`))
      else resolve(answer)
    })
  })
}

export async function unlessGone(gone: number, call: () => Promise<unknown>): Promise<void> {
  try {
    await call()
  } catch (error) {
    if (!(error instanceof KafkaError) || error.code !== gone) throw error
  }
}

export function whileCoordinatorMoves<T>(call: () => Promise<T>): Promise<T> {
  return again(COORDINATOR_MOVES, call)
}

export function untilLeaderComes<T>(call: () => Promise<T>): Promise<T> {
  return again(LEADER_COMES, call)
}

async function again<T>(codes: ReadonlySet<number>, call: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + TIMEOUT_MS
  for (;;) {
    try {
      return await call()
    } catch (error) {
      const passes = error instanceof KafkaError && codes.has(error.code)
      if (!passes || performance.now() > deadlineMs) throw error
      await delay(RETRY_DELAY_MS)
    }
  }
}
