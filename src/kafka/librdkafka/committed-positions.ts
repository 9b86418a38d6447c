import { setTimeout as delay } from 'node:timers/promises'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { CommittedPosition, TopicPartition } from '../ports.ts'
import type { CallsUnderWay } from './calls-under-way.ts'
import type { ClientError } from './client-types.ts'
import { nameOf, plain } from './partition-name.ts'

/** How long the client itself tries; not longer, so that nobody who disconnects it has to wait for that. */
const ATTEMPT_MS = 2_000
/** Pending transactions and a coordinator that moves are waited for. */
const PATIENCE = { timeoutMs: 10_000, retryMs: 100 }
const RETRIABLE: ReadonlySet<number> = new Set([
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.COORDINATOR_LOADING,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.UNSTABLE_OFFSET_COMMIT,
  ErrorCode.WAIT_COORDINATOR,
  ErrorCode.TIMED_OUT,
  ErrorCode.TRANSPORT
])

/** A client that can ask for them. It answers an Error in place of a position that a transaction may still change. */
export interface CommittedSource {
  committed(partitions: TopicPartition[], timeoutMs: number, callback: never): unknown
}

/**
 * Asks the group's coordinator. With `isolation.level=read_committed` it refuses to tell offsets that a transaction may
 * still change; that one says so for each partition, by an Error without a code in place of its offset.
 */
export async function committedPositions(
  client: CommittedSource,
  calls: CallsUnderWay,
  partitions: readonly TopicPartition[],
  { timeoutMs, retryMs } = PATIENCE
): Promise<readonly CommittedPosition[]> {
  if (partitions.length === 0) return []
  const deadlineMs = performance.now() + timeoutMs
  for (;;) {
    const answer = await calls.run(() => ask(client, partitions))
    if (!(answer instanceof KafkaError)) return answer
    if (!RETRIABLE.has(answer.code) || performance.now() >= deadlineMs) throw answer
    await delay(retryMs)
  }
}

function ask(client: CommittedSource, partitions: readonly TopicPartition[]) {
  return new Promise<readonly CommittedPosition[] | KafkaError>(resolve => {
    const answered = (error: ClientError | null, found: readonly (ClientPosition | Error)[]) => {
      if (error) return resolve(failure(error.code, partitions, error.message))
      const refused = found.findIndex(position => position instanceof Error)
      if (refused < 0) return resolve((found as readonly ClientPosition[]).map(toPort))
      resolve(failure(ErrorCode.UNSTABLE_OFFSET_COMMIT, [partitions[refused]], (found[refused] as Error).message))
    }
    client.committed(partitions.map(plain), ATTEMPT_MS, answered as never)
  })
}

interface ClientPosition extends TopicPartition {
  /** Missing where nothing has been committed. */
  readonly offset?: number
  readonly metadata?: string
}

function toPort({ topic, partition, offset = -1, metadata = '' }: ClientPosition): CommittedPosition {
  return { topic, partition, offset: Math.max(offset, -1), metadata }
}

function failure(code: number, partitions: readonly TopicPartition[], cause: string): KafkaError {
  return new KafkaError(code, `can't read the committed offsets of ${partitions.map(nameOf).join(', ')}: ${cause}`)
}
