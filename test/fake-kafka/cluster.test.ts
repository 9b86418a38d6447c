import { describe, expect, test } from 'vitest'
import { Member } from '../contract/member.ts'
import { FakeCluster } from './cluster.ts'
import { createFakeTransport } from './transport.ts'
import type { FakeConsumer } from './consumer.ts'

const silent = { delivered: () => undefined, transactionFailed: () => undefined, producerError: () => undefined }

function clusterWith(partitions: number) {
  const cluster = new FakeCluster()
  cluster.createTopic('in', partitions)
  const join = () => {
    const { consumer } = createFakeTransport(cluster, { group: 'g', outputTopics: [], events: silent })
    return new Member(consumer).join(['in']) as Promise<Member & { readonly consumer: FakeConsumer }>
  }
  return { cluster, join }
}

describe('fake cluster', () => {
  test('a member that is taken for dead loses its partitions, cannot commit, and joins again', async () => {
    const { cluster, join } = clusterWith(2)
    const [first, second] = [await join(), await join()]
    while (first.assigned().length + second.assigned().length < 2) {
      for (const member of [first, second]) {
        await member.poll()
        if (member.revoked.length > 0) member.giveUp()
      }
    }
    first.consumer.expire()
    await expect(first.consumer.commit([{ topic: 'in', partition: 0, offset: 1 }])).rejects.toMatchObject({ code: 25 })
    await first.pollUntil(() => first.revoked.length > 0)
    expect(first.events).toContainEqual({ type: 'revoked', partitions: first.revoked, lost: true })
    await second.pollUntil(() => second.assigned().length === 2)
    first.giveUp()
    await second.pollUntil(() => second.revoked.length > 0)
    second.giveUp()
    await first.pollUntil(() => first.assigned().length === 1)
    expect(cluster.commits).toEqual([])
  })

  test('nothing is delivered, of kept partitions neither, while a member has not given up what was asked back', async () => {
    const { cluster, join } = clusterWith(2)
    const first = await join()
    await first.pollUntil(() => first.assigned().length === 2)
    const second = await join()
    await first.pollUntil(() => first.revoked.length > 0)
    cluster.append('in', 0, {})
    cluster.append('in', 1, {})
    await first.poll()
    expect(first.records).toEqual([])
    first.giveUp()
    await first.pollUntil(() => first.records.length === 1)
    await second.pollUntil(() => second.records.length === 1)
  })

  test('partitions move where a test wants them, and back', async () => {
    const { cluster, join } = clusterWith(2)
    const [first, second] = [await join(), await join()]
    const settle = async () => {
      for (let turn = 0; turn < 10; turn++) {
        for (const member of [first, second]) {
          await member.poll()
          if (member.revoked.length > 0) member.giveUp()
        }
      }
    }
    const all = [0, 1].map(partition => ({ topic: 'in', partition }))
    for (const member of [first, second, first]) {
      cluster.group('g').moveTo(member.consumer, all)
      await settle()
      expect(member.assigned()).toHaveLength(2)
    }
  })

  test('gaps in the offsets are delivered as gaps, and the end counts them', async () => {
    const { cluster, join } = clusterWith(1)
    cluster.append('in', 0, {})
    cluster.log({ topic: 'in', partition: 0 }).skip(3)
    cluster.append('in', 0, {})
    cluster.log({ topic: 'in', partition: 0 }).skip(1)
    const member = await join()
    await member.pollUntil(() => member.ends().length > 0)
    expect(member.records.map(({ offset }) => offset)).toEqual([0, 4])
    expect(member.ends()).toEqual([{ epoch: 1, offset: 6 }])
  })
})
