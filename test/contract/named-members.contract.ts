import { describe, expect, test } from 'vitest'
import { uniqueName, type Harness } from './harness.ts'
import { Member, pollAll, pollAndGiveUp } from './member.ts'

/** Only for groups whose members have names: static membership. */
export function describeNamedMembers(harness: () => Harness): void {
  const join = (group: string, topic: string, instance = uniqueName('instance')) =>
    new Member(harness().transport({ group, instance }).consumer).join([topic])

  describe('a named member', () => {
    test('that is back soon keeps its partitions, and nobody is asked', async () => {
      const [group, instance] = [uniqueName('group'), uniqueName('instance')]
      const topic = await harness().createTopic(2)
      const first = await join(group, topic, instance)
      await first.pollUntil(() => first.assigned().length === 2)
      const other = await join(group, topic)
      await pollAndGiveUp([first, other], () => other.assigned().length === 1)
      const [{ partition: kept }] = first.assigned()
      const { length: known } = other.events
      await first.consumer.disconnect()
      const back = await join(group, topic, instance)
      await pollAll([back, other], () => back.assigned().length === 1)
      expect(back.assigned()).toMatchObject([{ partition: kept }])
      expect(other.events.slice(known).filter(({ type }) => type === 'revoked' || type === 'assigned')).toEqual([])
      await back.consumer.disconnect()
      await other.consumer.disconnect()
    })
  })
}
