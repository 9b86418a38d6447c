import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { uniqueName, type GroupTraits, type Harness } from './harness.ts'
import { Member, pollAll, pollAndGiveUp, spans } from './member.ts'

export function describeGroups(harness: () => Harness, traits: GroupTraits): void {
  const join = (group: string, topic: string) => new Member(harness().transport({ group }).consumer).join([topic])

  const fill = async (topic: string, partitions: number, count: number) => {
    const records = Array.from({ length: count }, (_, i) => ({ value: Buffer.from(`${i}`) }))
    for (let partition = 0; partition < partitions; partition++) await harness().append(topic, partition, records)
  }

  describe('groups', () => {
    test('a commit keeps offset and metadata, and the next assignment starts there', async () => {
      const group = uniqueName('group')
      const topic = await harness().createTopic(1)
      await fill(topic, 1, 100)
      const first = await join(group, topic)
      await first.pollUntil(() => first.records.length === 100)
      const commit = { topic, partition: 0, offset: 40, metadata: 'état ✓' }
      // Long after the last poll: a commit needs none to be answered.
      await delay(50)
      await first.consumer.commit([commit])
      await first.consumer.disconnect()
      expect(await harness().committed(group, topic, 0)).toMatchObject(commit)
      const second = await join(group, topic)
      await second.pollUntil(() => second.records.length === 60)
      expect(second.records[0].offset).toBe(40)
      await second.consumer.disconnect()
    })

    test('a partition that is assigned with an offset begins there, whatever is committed', async () => {
      const group = uniqueName('group')
      const topic = await harness().createTopic(1)
      await fill(topic, 1, 100)
      const member = await join(group, topic)
      await member.pollUntil(() => member.records.length === 100)
      await member.consumer.commit([{ topic, partition: 0, offset: 40 }])
      await member.consumer.disconnect()
      const next = new Member(harness().transport({ group }).consumer)
      next.beginAt = 70
      await next.join([topic])
      await next.pollUntil(() => next.records.length === 30)
      expect(next.records[0].offset).toBe(70)
      await next.consumer.disconnect()
    })

    test('commits that are under way together are each answered, in order', async () => {
      const group = uniqueName('group')
      const topic = await harness().createTopic(2)
      const member = await join(group, topic)
      await member.pollUntil(() => member.assigned().length === 2)
      const tooLong = 'x'.repeat(5_000)
      const settled = await Promise.allSettled([
        member.consumer.commit([{ topic, partition: 0, offset: 1 }]),
        member.consumer.commit([{ topic, partition: 0, offset: 2, metadata: tooLong }]),
        member.consumer.commit([
          { topic, partition: 0, offset: 3 },
          { topic, partition: 1, offset: 4, metadata: tooLong }
        ]),
        member.consumer.commit([]),
        member.consumer.commit([{ topic, partition: 1, offset: 5 }])
      ])
      expect(settled.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
        'fulfilled'
      ])
      expect(settled[1]).toMatchObject({ reason: { code: 12 } })
      expect(await harness().committed(group, topic, 1)).toMatchObject({ offset: 5 })
      await member.consumer.disconnect()
    })

    test('a partition moves after it was drained, committed and given up, and nothing is lost or repeated', async () => {
      const group = uniqueName('group')
      const topic = await harness().createTopic(2)
      await fill(topic, 2, 300)
      const first = await join(group, topic)
      await first.pollUntil(() => first.records.length === 600)
      const second = await join(group, topic)
      await pollAll([first, second], () => first.revoked.length > 0)
      expect(second.assigned()).toEqual([])
      const asked = first.revoked
      expect(asked).toHaveLength(traits.incremental ? 1 : 2)
      await first.consumer.commit(asked.map(partition => ({ ...partition, offset: 300 })))
      first.giveUp()
      await fill(topic, 2, 50)
      await pollAll([first, second], () => first.records.length >= 650 && second.records.length >= 50)
      const [{ partition: moved }] = second.assigned()
      expect(asked).toContainEqual({ topic, partition: moved })
      expect(spans(second.records)).toBe('300-349')
      expect([spans(first.recordsOf(moved)), spans(first.recordsOf(1 - moved))]).toEqual(['0-299', '0-349'])
      await first.consumer.disconnect()
      await second.consumer.disconnect()
    })

    test('a partition that leaves and comes back is read again from its commit, under its new epoch only', async () => {
      const group = uniqueName('group')
      const topic = await harness().createTopic(2)
      await fill(topic, 2, 500)
      const first = await join(group, topic)
      await first.pollUntil(() => first.records.length > 0)
      const second = await join(group, topic)
      await pollAll([first, second], () => first.revoked.length > 0)
      first.giveUp()
      const before = first.records.length
      await pollAll([first, second], () => second.assigned().length === 1)
      const [{ partition: moved }] = second.assigned()
      await second.consumer.disconnect()
      await pollAndGiveUp([first], () => first.assigned().length === 2)
      const { epoch } = first.assigned().find(({ partition }) => partition === moved)!
      await first.pollUntil(() => first.ends().some(end => end.epoch === epoch))
      const again = first.recordsOf(moved, before)
      expect(new Set(again.map(record => record.epoch))).toEqual(new Set([epoch]))
      expect(spans(again)).toBe('0-499')
      await first.consumer.disconnect()
    })

    test('a member without a slab still answers when the group wants partitions back', async () => {
      const group = uniqueName('group')
      const topic = await harness().createTopic(2)
      await fill(topic, 2, 500)
      const first = await join(group, topic)
      await first.pollUntil(() => first.records.length > 0)
      first.consumer.hold()
      const second = await join(group, topic)
      while (first.revoked.length === 0) {
        await first.pollWithoutSlab()
        await second.poll()
      }
      first.giveUp()
      while (second.assigned().length === 0) {
        await first.pollWithoutSlab()
        await second.poll()
      }
      expect(second.assigned()).toHaveLength(1)
      await first.consumer.disconnect()
      await second.consumer.disconnect()
    })

    test('leaving: everything is asked back, commits still work, and then the client goes', async () => {
      const group = uniqueName('group')
      const topic = await harness().createTopic(2)
      await fill(topic, 2, 10)
      const member = await join(group, topic)
      await member.pollUntil(() => member.records.length === 20)
      member.consumer.unsubscribe()
      await member.pollUntil(() => member.revoked.length === 2)
      expect(member.events).toContainEqual({ type: 'revoked', partitions: member.revoked, lost: false })
      await member.consumer.commit(member.revoked.map(partition => ({ ...partition, offset: 10 })))
      member.giveUp()
      await member.consumer.disconnect()
      expect(await harness().committed(group, topic, 1)).toMatchObject({ offset: 10 })
    })

    test('a member that left joins again by subscribing, and reads on from what it committed', async () => {
      const group = uniqueName('group')
      const topic = await harness().createTopic(2)
      await fill(topic, 2, 100)
      const member = await join(group, topic)
      await member.pollUntil(() => member.records.length === 200)
      for (const [round, offset] of [40, 70].entries()) {
        member.consumer.unsubscribe()
        await member.pollUntil(() => member.revoked.length === 2)
        await member.consumer.commit(member.revoked.map(partition => ({ ...partition, offset })))
        member.giveUp()
        const before = member.records.length
        member.consumer.subscribe([topic])
        await member.pollUntil(() => member.records.length === before + 2 * (100 - offset))
        const epochs = member.assigned().map(({ epoch }) => epoch)
        expect(epochs).toEqual([3 + 2 * round, 4 + 2 * round])
        for (const partition of [0, 1]) expect(spans(member.recordsOf(partition, before))).toBe(`${offset}-99`)
      }
      expect(member.consumer.reachable).toBe(true)
      await member.consumer.disconnect()
    })

    test('assign and unassign are refused while a poll is under way', async () => {
      const topic = await harness().createTopic(1)
      const member = await join(uniqueName('group'), topic)
      const polling = member.poll()
      expect(() => member.consumer.assign([])).toThrow('between polls')
      expect(() => member.consumer.unassign([])).toThrow('between polls')
      await expect(member.poll()).rejects.toThrow('one poll at a time')
      await polling
      await member.consumer.disconnect()
    })

    test('a member that is closed while it joins ends at once, whatever it is offered in that moment', async () => {
      const topic = await harness().createTopic(1)
      for (const afterMs of [0, 20, 80, 150, 300]) {
        const member = await join(uniqueName('group'), topic)
        await delay(afterMs)
        await expect(member.consumer.disconnect()).resolves.toBeUndefined()
      }
    })

    test('disconnecting is harmless twice, before connecting, and with a revocation unanswered', async () => {
      const group = uniqueName('group')
      const topic = await harness().createTopic(2)
      const never = harness().transport({ group })
      await never.consumer.disconnect()
      await never.producer.disconnect()
      const first = await join(group, topic)
      await first.pollUntil(() => first.assigned().length === 2)
      const second = await join(group, topic)
      await pollAll([first, second], () => first.revoked.length > 0)
      await first.consumer.disconnect()
      await first.consumer.disconnect()
      await second.pollUntil(() => second.assigned().length === 2)
      expect(second.revoked).toEqual([])
      await second.consumer.disconnect()
    })

    test('a client that has failed for good says so', async () => {
      const topic = await harness().createTopic(1)
      const options = { group: uniqueName('group'), instance: 'same' }
      const member = await new Member(harness().transport(options).consumer).join([topic])
      await member.pollUntil(() => member.assigned().length === 1)
      const broken = await harness().breakForGood(member, options, topic)
      await broken.pollUntil(() => broken.events.some(event => event.type === 'error' && event.fatal))
      expect(broken.events).toContainEqual(expect.objectContaining({ type: 'error', fatal: true }))
      await member.consumer.disconnect()
    })

    test('connecting to nowhere rejects with the cause', async () => {
      const { transport, cause } = harness().unreachable()
      const [consumer, producer] = await Promise.allSettled([
        transport.consumer.connect(),
        transport.producer.connect()
      ])
      expect(consumer).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(cause) } })
      expect(producer).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(cause) } })
      expect(transport.consumer.reachable).toBe(false)
      await transport.consumer.disconnect()
      await transport.producer.disconnect()
    })
  })
}
