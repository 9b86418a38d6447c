import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { CommitOffset } from '../ports.ts'
import { KafkaConsumer, nativeConsumer, type Properties, WITHOUT_TOPIC_PROPERTIES } from './client.ts'
import { Commits } from '../librdkafka/commits.ts'
import { connectClient, disconnectClient } from './connection.ts'

const TIMEOUT_MS = 30_000
const POLL_WAIT_MS = 100

/**
 * Commits for the group that `properties` name, from outside: the client never joins it. The client has no other way to
 * set a group's offsets, and the broker takes such a commit only while the group has no members.
 */
export async function commitForGroup(properties: Properties, offsets: readonly CommitOffset[]): Promise<void> {
  const commits: Commits = new Commits(() => nativeConsumer(client))
  const outside = { ...properties, 'enable.auto.commit': false, offset_commit_cb: commits.callback }
  const client = await connectClient('group', () => new KafkaConsumer(outside, WITHOUT_TOPIC_PROPERTIES))
  try {
    const state = { isOver: false }
    const committed = commits.commit(offsets, () => undefined).finally(() => (state.isOver = true))
    committed.catch(() => undefined)
    const deadlineMs = performance.now() + TIMEOUT_MS
    // The answer comes only while the client is polled.
    while (!state.isOver && performance.now() < deadlineMs) {
      await new Promise<void>(resolve => nativeConsumer(client).consume(POLL_WAIT_MS, 1, true, () => resolve()))
    }
    if (!state.isOver) throw new KafkaError(ErrorCode.TIMED_OUT, `commit failed: no answer within ${TIMEOUT_MS} ms`)
    await committed
  } finally {
    await disconnectClient(client, 'group')
  }
}
