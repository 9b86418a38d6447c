import { describe, expect, test } from 'vitest'
import { within } from '../../src/within.ts'
import { uniqueName, type Harness } from './harness.ts'
import { Member, pollAndGiveUp, pollOnceAndGiveUp } from './member.ts'

/** A commit that is not answered by then waits for the group. */
const WAITS_MS = 500

/** Of the classic protocol, cooperative: for each rebalance members join anew, and keep their partitions meanwhile. */
export function describeJoining(harness: () => Harness): void {
  const join = (group: string, topics: readonly string[]) =>
    new Member(harness().transport({ group }).consumer).join(topics)

  describe('while members join', () => {
    test('a commit that waits until all have joined is taken by the generation that follows', async () => {
      const group = uniqueName('group')
      const [shared, own] = [await harness().createTopic(3), await harness().createTopic(1)]
      const first = await join(group, [shared, own])
      await first.pollUntil(() => first.assigned().length === 4)
      const second = await join(group, [shared])
      second.answering = false
      await pollAndGiveUp([first, second], () => second.events.some(({ type }) => type === 'assigned'))
      // The third makes all join anew. The second can't before it has answered, so the first waits, and its commit behind it.
      const third = await join(group, [shared])
      let offset = 0
      let answer: Promise<boolean>
      do {
        await pollOnceAndGiveUp([first, third])
        answer = first.consumer.commit([{ topic: own, partition: 0, offset: ++offset }]).then(() => true)
      } while ((await within(WAITS_MS, answer)) && third.assigned().length === 0)
      second.assignOffered()
      await pollAndGiveUp([first, second, third], () => third.assigned().length === 1)
      await expect(answer).resolves.toBe(true)
      expect(await harness().committed(group, own, 0)).toMatchObject({ offset })
      for (const { consumer } of [first, second, third]) await consumer.disconnect()
    })
  })
}
