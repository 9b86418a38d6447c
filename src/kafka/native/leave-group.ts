import { setTimeout as delay } from 'node:timers/promises'
import { DISCONNECT_TIMEOUT_MS } from '../confluent/connection.ts'
import type { Rebalance } from '../confluent/rebalance.ts'
import type { NativeConsumerClient } from './addon.ts'
import type { Connection } from './connection.ts'

const POLL_MS = 10

/**
 * Leaves the group: everything is asked back, and each revocation is answered as it comes. Resolves within a bound.
 *
 * First without ending anything, and only what has no partitions left is told to end. A revocation that is answered in the
 * moment in which librdkafka's group ends is never answered by librdkafka 2.15, and the thread that asked waits for ever.
 * And who answers before it unsubscribes would join again at once, only to leave. But a named member that unsubscribes
 * would lose its partitions, which are to wait for it.
 */
export async function leaveGroup(
  connection: Connection<NativeConsumerClient>,
  rebalance: Rebalance,
  isNamed: boolean
): Promise<void> {
  const { client } = connection
  const deadlineMs = performance.now() + DISCONNECT_TIMEOUT_MS
  const until = async (condition: () => boolean): Promise<void> => {
    connection.serve()
    while (!condition() && performance.now() < deadlineMs) {
      await delay(POLL_MS)
      connection.serve()
    }
  }
  const unsubscribed = !isNamed && client.unsubscribe() === undefined
  rebalance.close()
  if (unsubscribed) await until(() => !client.hasAssignment())
  // After a fatal error there is nothing to leave.
  if (client.leave() === undefined) await until(() => client.left())
}
