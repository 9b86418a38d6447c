import { describe, expect, test } from 'vitest'
import { uniqueName, type Harness } from './harness.ts'
import { Member } from './member.ts'

export function describeCommitted(harness: () => Harness): void {
  const join = (group: string, topic: string) => new Member(harness().transport({ group }).consumer).join([topic])

  describe('committed', () => {
    test('what is committed comes back with its metadata; nothing is -1', async () => {
      const group = uniqueName('group')
      const topic = await harness().createTopic(3)
      const member = await join(group, topic)
      await member.pollUntil(() => member.assigned().length === 3)
      const committed = [
        { topic, partition: 0, offset: 5, metadata: 'état ✓' },
        { topic, partition: 2, offset: 0, metadata: '' }
      ]
      await member.consumer.commit([committed[0], { topic, partition: 2, offset: 0 }])
      const all = [0, 1, 2].map(partition => ({ topic, partition }))
      expect(await member.consumer.committed(all)).toEqual([
        committed[0],
        { topic, partition: 1, offset: -1, metadata: '' },
        committed[1]
      ])
      const polling = member.poll()
      expect(await member.consumer.committed([all[2]])).toEqual([committed[1]])
      await polling
      expect(await member.consumer.committed([])).toEqual([])
      await member.consumer.disconnect()
    })

    test('what is committed can be asked for between an assignment and its answer', async () => {
      const group = uniqueName('group')
      const topic = await harness().createTopic(1)
      await harness().append(
        topic,
        0,
        Array.from({ length: 10 }, () => ({ value: Buffer.from('x') }))
      )
      const first = await join(group, topic)
      await first.pollUntil(() => first.assigned().length === 1)
      await first.consumer.commit([{ topic, partition: 0, offset: 4, metadata: 'attempt 1' }])
      await first.consumer.disconnect()
      const second = await join(group, topic)
      second.answering = false
      const offered = () => second.events.find(event => event.type === 'assigned')
      await second.pollUntil(() => offered() !== undefined)
      const [position] = await second.consumer.committed(offered()!.partitions)
      expect(position).toEqual({ topic, partition: 0, offset: 4, metadata: 'attempt 1' })
      for (let i = 0; i < 5; i++) await second.poll()
      expect(second.records).toEqual([])
      second.consumer.assign([{ topic, partition: 0, epoch: 1 }])
      await second.pollUntil(() => second.records.length === 6)
      expect(second.records[0].offset).toBe(4)
      await second.consumer.disconnect()
    })
  })
}
