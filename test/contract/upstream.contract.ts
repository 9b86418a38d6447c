import { describe, expect, test } from 'vitest'
import { uniqueName, type Harness } from './harness.ts'
import { Member } from './member.ts'

const records = (...values: string[]) => values.map(value => ({ value: Buffer.from(value) }))

export function describeUpstream(harness: () => Harness): void {
  /** Two plain records, an open transaction of two, and a plain one behind it. */
  const setUp = async () => {
    const topic = await harness().createTopic(1)
    await harness().append(topic, 0, records('a', 'b'))
    const transaction = await harness().openTransaction(topic, 0, records('c', 'd'))
    await harness().append(topic, 0, records('e'))
    const member = await new Member(harness().transport({ group: uniqueName('group') }).consumer).join([topic])
    await member.pollUntil(() => member.ends().length > 0)
    const values = () => member.records.map(({ value }) => String(value))
    return { at: { topic, partition: 0 }, transaction, member, values }
  }

  describe('transactions of others', () => {
    test('what stands behind the beginning of an open one is not delivered, and the end is told there', async () => {
      const { at, transaction, member, values } = await setUp()
      expect([values(), member.ends()[0].offset]).toEqual([['a', 'b'], 2])
      const { consumer } = member
      await member.pollUntil(() => consumer.stableOffset(at) === 2 && consumer.endOffset(at) === 5)
      expect(values()).toEqual(['a', 'b'])
      await transaction.abort()
      await consumer.disconnect()
    })

    test('committed, everything comes in order, and the end counts the marker', async () => {
      const { at, transaction, member, values } = await setUp()
      await transaction.commit()
      await member.pollUntil(() => member.ends().some(({ offset }) => offset === 6))
      expect(values()).toEqual(['a', 'b', 'c', 'd', 'e'])
      await member.pollUntil(() => member.consumer.stableOffset(at) === 6)
      expect(member.consumer.endOffset(at)).toBe(6)
      await member.consumer.disconnect()
    })

    test('aborted, its records are left out, and a rewind leaves them out too', async () => {
      const { at, transaction, member, values } = await setUp()
      await transaction.abort()
      await member.pollUntil(() => member.ends().some(({ offset }) => offset === 6))
      expect(values()).toEqual(['a', 'b', 'e'])
      const epoch = member.rewind(at, 1)
      await member.pollUntil(() => member.ends().some(end => end.epoch === epoch && end.offset === 6))
      expect(values().slice(3)).toEqual(['b', 'e'])
      await member.consumer.disconnect()
    })

    test('the stable offset of a partition that is not ours is unknown', async () => {
      const topic = await harness().createTopic(1)
      const { consumer } = harness().transport({ group: uniqueName('group') })
      expect(consumer.stableOffset({ topic, partition: 0 })).toBe(-1)
      const member = await new Member(consumer).join([topic])
      expect(consumer.stableOffset({ topic, partition: 0 })).toBe(-1)
      await member.pollUntil(() => consumer.stableOffset({ topic, partition: 0 }) === 0)
      await consumer.disconnect()
      expect(consumer.stableOffset({ topic, partition: 0 })).toBe(-1)
    })
  })
}
