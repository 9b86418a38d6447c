import { describe, expect, test } from 'vitest'
import { Member, pollAll, pollAndGiveUp } from '../contract/member.ts'
import { FakeCluster } from './cluster.ts'
import type { FakeConsumer } from './consumer.ts'
import { createFakeTransport } from './transport.ts'

const silent = { delivered: () => undefined, transactionFailed: () => undefined, producerError: () => undefined }
const at = (partition: number) => ({ topic: 'in', partition })

async function memberOf(cluster: FakeCluster) {
  const { consumer } = createFakeTransport(cluster, { group: 'g', outputTopics: [], events: silent })
  return new Member(consumer).join(['in']) as Promise<Member & { readonly consumer: FakeConsumer }>
}

async function setUp(partitions = 1) {
  const cluster = new FakeCluster()
  cluster.createTopic('in', partitions)
  const member = await memberOf(cluster)
  await member.pollUntil(() => member.assigned().length === partitions)
  return { cluster, member, consumer: member.consumer }
}

describe('fake consumer', () => {
  test('a partition that is not assigned cannot be rewound', async () => {
    const { consumer } = await setUp()
    expect(() => consumer.rewind([{ ...at(1), epoch: 9, offset: 0 }])).toThrow('rewind: in/1 is not assigned')
  })

  test('while no broker can be reached nothing is delivered, committed or told', async () => {
    const { cluster, member, consumer } = await setUp()
    cluster.append('in', 0, {})
    expect(consumer.reachable).toBe(true)
    cluster.down = 'unplugged'
    expect(consumer.reachable).toBe(false)
    for (let i = 0; i < 5; i++) await member.poll()
    expect(member.records).toEqual([])
    await expect(consumer.commit([{ ...at(0), offset: 1 }])).rejects.toThrow('unplugged')
    await expect(consumer.committed([at(0)])).rejects.toThrow('unplugged')
    cluster.down = undefined
    await member.pollUntil(() => member.records.length === 1)
  })

  test('commits and questions fail as they are told to, once each', async () => {
    const { cluster, consumer } = await setUp()
    cluster.commitErrors.push({ code: 16, message: 'not coordinator' })
    cluster.committedErrors.push({ code: 14, message: 'loading' })
    await expect(consumer.commit([{ ...at(0), offset: 1 }])).rejects.toMatchObject({ code: 16 })
    await expect(consumer.committed([at(0)])).rejects.toMatchObject({ code: 14 })
    await consumer.commit([{ ...at(0), offset: 1 }])
    expect(await consumer.committed([at(0)])).toEqual([{ ...at(0), offset: 1, metadata: '' }])
  })

  test('commits stay under way until they are released', async () => {
    const { cluster, consumer } = await setUp()
    cluster.holdCommits()
    const committing = consumer.commit([{ ...at(0), offset: 1 }])
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    expect(cluster.commits).toEqual([])
    cluster.releaseCommits()
    await committing
    expect(cluster.commits).toHaveLength(1)
  })

  test('in an eager group everybody is asked for everything, and told anew when all has been given up', async () => {
    const { cluster, member: first } = await setUp(4)
    cluster.group('g').eager = true
    const second = await memberOf(cluster)
    await pollAll([first, second], () => first.revoked.length > 0)
    expect(first.revoked).toHaveLength(4)
    first.giveUp()
    await pollAndGiveUp([first, second], () => first.assigned().length + second.assigned().length === 4)
    const third = await memberOf(cluster)
    await pollAll([first, second, third], () => first.revoked.length > 0 && second.revoked.length > 0)
    expect([first.revoked.length, second.revoked.length]).toEqual([2, 2])
    first.giveUp()
    for (let i = 0; i < 5; i++) for (const member of [first, second, third]) await member.poll()
    expect([first, second, third].flatMap(member => member.assigned())).toEqual([])
    second.giveUp()
    await pollAll([first, second, third], () => third.assigned().length === 1)
    expect(first.assigned().length + second.assigned().length).toBe(3)
  })
})
