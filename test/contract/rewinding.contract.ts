import { describe, expect, test } from 'vitest'
import { shapeOf } from '../../src/slabs/layout.ts'
import { Slab } from '../../src/slabs/slab.ts'
import { SLAB_RECORDS, uniqueName, type Harness } from './harness.ts'
import { Member, pollAndGiveUp, spans } from './member.ts'

const numbered = (count: number, sizeBytes = 10) =>
  Array.from({ length: count }, (_, i) => ({ value: Buffer.from(`${i}`.padEnd(sizeBytes)) }))

export function describeRewinding(harness: () => Harness): void {
  const filled = async (partitions: number, count: number, sizeBytes?: number) => {
    const topic = await harness().createTopic(partitions)
    for (let partition = 0; partition < partitions; partition++) {
      await harness().append(topic, partition, numbered(count, sizeBytes))
    }
    return topic
  }
  const memberOf = (topic: string, group = uniqueName('group')) =>
    new Member(harness().transport({ group }).consumer).join([topic])

  const ended = (member: Member, epoch: number) => () => member.ends().some(end => end.epoch === epoch)

  /** Rewinds, reads to the end, and expects every record from the offset on once, in order, under the new epoch only. */
  const expectAgain = async (member: Member, topic: string, partition: number, offset: number, count: number) => {
    const before = member.records.length
    const epoch = member.rewind({ topic, partition }, offset)
    const known = member.ends().length
    await member.pollUntil(ended(member, epoch))
    const again = member.recordsOf(partition, before)
    expect(spans(again)).toBe(`${offset}-${count - 1}`)
    expect(new Set(again.map(record => record.epoch))).toEqual(new Set([epoch]))
    const ends = member.ends().slice(known)
    expect(ends.filter(end => end.epoch === epoch)).toEqual([{ epoch, offset: count }])
  }

  describe('rewinding', () => {
    test('records come again from exactly the offset, in order, under the new epoch only', async () => {
      const topic = await filled(1, 500)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.records.length >= 200)
      await expectAgain(member, topic, 0, 50, 500)
      await expectAgain(member, topic, 0, 0, 500)
      await member.consumer.disconnect()
    })

    test('records that were on their way to a slab do not come under the old epoch', async () => {
      // Larger than slabs are, so that some are always left over for the next one.
      const topic = await filled(1, 200, 2_500)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.records.length >= 100)
      await expectAgain(member, topic, 0, 40, 200)
      await member.consumer.disconnect()
    })

    test('a record that waits for a larger slab does not come under the old epoch', async () => {
      const topic = await harness().createTopic(1)
      const large = { value: Buffer.alloc(300_000, 7) }
      await harness().append(topic, 0, [...numbered(2), large, ...numbered(2)])
      const member = await memberOf(topic)
      let needsBytes: number | undefined
      while (needsBytes === undefined) ({ needsBytes } = await member.poll())
      const before = member.records.length
      const epoch = member.rewind({ topic, partition: 0 }, 1)
      member.slab = Slab.allocate({ ...shapeOf(SLAB_RECORDS, 64 * 1024), inputBytes: needsBytes })
      await member.pollUntil(ended(member, epoch))
      expect(member.recordsOf(0, before).map(({ offset }) => offset)).toEqual([1, 2, 3, 4])
      await member.consumer.disconnect()
    })

    test('one partition goes back, the others go on as if nothing had happened', async () => {
      const topic = await filled(3, 500)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.recordsOf(1).length >= 100)
      const epochs = member.assigned().map(({ epoch }) => epoch)
      const before = member.records.length
      const epoch = member.rewind({ topic, partition: 1 }, 20)
      await member.pollUntil(ended(member, epoch))
      await member.pollUntil(() => [0, 2].every(partition => member.recordsOf(partition).length >= 500))
      expect(spans(member.recordsOf(1, before))).toBe('20-499')
      for (const partition of [0, 2]) expect(spans(member.recordsOf(partition))).toBe('0-499')
      const others = member.records.filter(record => record.partition !== 1).map(record => record.epoch)
      expect(epochs).toEqual(expect.arrayContaining([...new Set(others)]))
      await member.consumer.disconnect()
    })

    test('several partitions go back at once, each to its own offset', async () => {
      const topic = await filled(2, 300)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.records.length === 600)
      const [first, second] = [1001, 1002]
      member.consumer.rewind([
        { topic, partition: 0, epoch: first, offset: 100 },
        { topic, partition: 1, epoch: second, offset: 250 }
      ])
      await member.pollUntil(() => ended(member, first)() && ended(member, second)())
      expect(spans(member.recordsOf(0, 600))).toBe('100-299')
      expect(spans(member.recordsOf(1, 600))).toBe('250-299')
      await member.consumer.disconnect()
    })

    test('again and again, also before anything has come of the last time', async () => {
      const topic = await filled(1, 400)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.records.length >= 100)
      for (let round = 0; round < 6; round++) {
        member.rewind({ topic, partition: 0 }, 10 * round)
        for (let poll = 0; poll < round; poll++) await member.poll()
      }
      await expectAgain(member, topic, 0, 70, 400)
      for (const { epoch } of member.records) {
        const under = member.records.filter(record => record.epoch === epoch)
        expect(spans(under)).toMatch(/^\d+-\d+$/)
      }
      await member.consumer.disconnect()
    })

    test('to the end: the end is told again, and what is appended then comes', async () => {
      const topic = await filled(1, 100)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.ends().length > 0)
      const epoch = member.rewind({ topic, partition: 0 }, 100)
      await member.pollUntil(ended(member, epoch))
      expect(member.records).toHaveLength(100)
      await harness().append(topic, 0, numbered(5))
      await member.pollUntil(() => member.records.length === 105)
      expect(member.records.at(-1)).toMatchObject({ epoch, offset: 104 })
      await member.consumer.disconnect()
    })

    test('during a hold: nothing comes before it is released, and then from the offset', async () => {
      const topic = await filled(1, 500)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.records.length >= 100)
      const before = member.records.length
      member.consumer.hold()
      for (let i = 0; i < 5; i++) await member.pollWithoutSlab()
      const epoch = member.rewind({ topic, partition: 0 }, 30)
      for (let i = 0; i < 10; i++) await member.pollWithoutSlab()
      for (let i = 0; i < 10; i++) await member.poll()
      expect(member.records).toHaveLength(before)
      member.consumer.release()
      await member.pollUntil(ended(member, epoch))
      expect(spans(member.records.slice(before))).toBe('30-499')
      expect(new Set(member.records.slice(before).map(record => record.epoch))).toEqual(new Set([epoch]))
      await member.consumer.disconnect()
    })

    test('rewind, pause and resume are refused while a poll is under way', async () => {
      const topic = await filled(1, 1)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.assigned().length === 1)
      const polling = member.poll()
      expect(() => member.consumer.rewind([])).toThrow('between polls')
      expect(() => member.consumer.pause([])).toThrow('between polls')
      expect(() => member.consumer.resume([])).toThrow('between polls')
      await polling
      await member.consumer.disconnect()
    })
  })

  describe('pausing', () => {
    test('a paused partition delivers nothing, the others go on; resumed, it lacks and repeats nothing', async () => {
      const topic = await filled(2, 500)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.recordsOf(0).length > 0)
      member.consumer.pause([{ topic, partition: 0 }])
      const before = member.recordsOf(0).length
      await member.pollUntil(() => member.recordsOf(1).length === 500)
      await harness().append(topic, 1, numbered(100))
      await member.pollUntil(() => member.recordsOf(1).length === 600)
      expect(member.recordsOf(0)).toHaveLength(before)
      member.consumer.resume([{ topic, partition: 0 }])
      await member.pollUntil(() => member.recordsOf(0).length >= 500)
      expect([spans(member.recordsOf(0)), spans(member.recordsOf(1))]).toEqual(['0-499', '0-599'])
      await member.consumer.disconnect()
    })

    test('records that were on their way to a slab wait for resume', async () => {
      const topic = await filled(1, 200, 2_500)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.records.length >= 60)
      const before = member.records.length
      member.consumer.pause([{ topic, partition: 0 }])
      for (let i = 0; i < 20; i++) await member.poll()
      expect(member.records).toHaveLength(before)
      member.consumer.resume([{ topic, partition: 0 }])
      await member.pollUntil(() => member.records.length >= 200)
      expect(spans(member.records)).toBe('0-199')
      await member.consumer.disconnect()
    })

    test('outlives hold and release', async () => {
      const topic = await filled(2, 200)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.recordsOf(0).length > 0)
      member.consumer.pause([{ topic, partition: 0 }])
      const before = member.recordsOf(0).length
      for (let round = 0; round < 3; round++) {
        member.consumer.hold()
        for (let i = 0; i < 5; i++) await member.pollWithoutSlab()
        member.consumer.release()
      }
      await member.pollUntil(() => member.recordsOf(1).length === 200)
      for (let i = 0; i < 20; i++) await member.poll()
      expect(member.recordsOf(0)).toHaveLength(before)
      member.consumer.hold()
      member.consumer.resume([{ topic, partition: 0 }])
      for (let i = 0; i < 20; i++) await member.poll()
      expect(member.recordsOf(0)).toHaveLength(before)
      member.consumer.release()
      await member.pollUntil(() => member.recordsOf(0).length >= 200)
      expect(spans(member.recordsOf(0))).toBe('0-199')
      await member.consumer.disconnect()
    })

    test('outlives a rewind', async () => {
      const topic = await filled(1, 200)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.records.length > 50)
      member.consumer.pause([{ topic, partition: 0 }])
      const before = member.records.length
      const epoch = member.rewind({ topic, partition: 0 }, 20)
      for (let i = 0; i < 20; i++) await member.poll()
      expect(member.records).toHaveLength(before)
      member.consumer.resume([{ topic, partition: 0 }])
      await member.pollUntil(ended(member, epoch))
      expect(spans(member.records.slice(before))).toBe('20-199')
      await member.consumer.disconnect()
    })

    test('ends with the assignment', async () => {
      const topic = await filled(2, 100)
      const group = uniqueName('group')
      const first = await memberOf(topic, group)
      await first.pollUntil(() => first.records.length === 200)
      first.consumer.pause([0, 1].map(partition => ({ topic, partition })))
      const second = await memberOf(topic, group)
      await pollAndGiveUp([first, second], () => second.assigned().length === 1)
      const [{ partition: moved }] = second.assigned()
      await second.consumer.disconnect()
      const before = first.records.length
      await pollAndGiveUp([first], () => first.recordsOf(moved, before).length >= 100)
      expect(spans(first.recordsOf(moved, before))).toBe('0-99')
      await first.consumer.disconnect()
    })
  })
}
