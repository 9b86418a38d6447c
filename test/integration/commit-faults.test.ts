import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Member } from '../contract/member.ts'
import { uniqueName } from '../contract/harness.ts'
import { FaultyKafka } from '../kafka/faulty-kafka.ts'
import { Api, mockClusterObstacle } from '../kafka/mock-cluster.ts'

const obstacle = mockClusterObstacle()

describe.skipIf(obstacle !== undefined)('a consumer whose coordinator fails', () => {
  let kafka: FaultyKafka
  let topic: string
  let member: Member

  beforeEach(async () => {
    kafka = await FaultyKafka.start()
    topic = await kafka.createTopic(1)
    const { consumer } = kafka.transport({ group: uniqueName('group') })
    member = await new Member(consumer).join([topic])
    await member.pollUntil(() => member.assigned().length === 1)
  })
  afterEach(async () => {
    await member.consumer.disconnect()
    kafka.end()
  })

  test.for([
    ['loads', 14],
    ['is away', 15],
    ['has moved', 16],
    ['is between two generations', 27]
  ] as const)('%s: a commit is tried again until it succeeds', async ([, code]) => {
    await kafka.cluster.call('pushErrors', Api.OFFSET_COMMIT, [code, code, code, code])
    await member.consumer.commit([{ topic, partition: 0, offset: 5, metadata: 'm' }])
    expect(await member.consumer.committed([{ topic, partition: 0 }])).toEqual([
      { topic, partition: 0, offset: 5, metadata: 'm' }
    ])
  })

  test('does not know the member any more: a commit rejects at once', async () => {
    await kafka.cluster.call('pushErrors', Api.OFFSET_COMMIT, [25])
    const commit = member.consumer.commit([{ topic, partition: 0, offset: 5 }])
    await expect(commit).rejects.toMatchObject({ code: 25 })
  })

  test('can not tell offsets yet: they are asked for again', async () => {
    await member.consumer.commit([{ topic, partition: 0, offset: 5 }])
    await kafka.cluster.call('pushErrors', Api.OFFSET_FETCH, [16, 14, 88, 88, 88, 88])
    expect(await member.consumer.committed([{ topic, partition: 0 }])).toMatchObject([{ offset: 5 }])
  })

  test('may not be asked: that is said at once', async () => {
    await kafka.cluster.call('pushErrors', Api.OFFSET_FETCH, [30])
    await expect(member.consumer.committed([{ topic, partition: 0 }])).rejects.toMatchObject({ code: 30 })
  })
})
