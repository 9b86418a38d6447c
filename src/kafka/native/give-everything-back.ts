import { setTimeout as delay } from 'node:timers/promises'
import { DISCONNECT_TIMEOUT_MS } from '../librdkafka/connecting.ts'
import type { Rebalance } from '../librdkafka/rebalance.ts'
import type { NativeConsumerClient } from './addon.ts'
import type { Connection } from './connection.ts'

const POLL_MS = 10

/**
 * Has everything asked back and answers each revocation as it comes, so that the client can be closed. Resolves within a
 * bound.
 *
 * Why not while it closes: a revocation that is answered in the moment in which librdkafka's group ends is never confirmed
 * (2.15), and the thread that answered waits for ever. And who answers before it unsubscribes would join again at once. But
 * a named member that unsubscribes would lose its partitions, which are to wait for it.
 */
export async function giveEverythingBack(
  connection: Connection<NativeConsumerClient>,
  rebalance: Rebalance,
  isNamed: boolean
): Promise<void> {
  const { client } = connection
  const deadlineMs = performance.now() + DISCONNECT_TIMEOUT_MS
  const unsubscribed = !isNamed && client.unsubscribe() === undefined
  rebalance.close()
  if (!unsubscribed) return
  connection.serve()
  while (client.hasAssignment() && performance.now() < deadlineMs) {
    await delay(POLL_MS)
    connection.serve()
  }
}
