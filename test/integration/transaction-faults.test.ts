import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Member } from '../contract/member.ts'
import { nextTurn, type Sender, text } from '../contract/sender.ts'
import { uniqueName } from '../contract/harness.ts'
import { FaultyKafka } from '../kafka/faulty-kafka.ts'
import { Api, DISCONNECT, mockClusterObstacle } from '../kafka/mock-cluster.ts'

const obstacle = mockClusterObstacle()
const rowsOf = (...values: string[]) => values.map(value => ({ value: text(value) }))

describe.skipIf(obstacle !== undefined)('transactions among failing brokers', () => {
  let kafka: FaultyKafka
  let input: string
  let output: string
  let sender: Sender
  let member: Member
  const offsets = (offset: number) => [{ topic: input, partition: 0, offset }]

  beforeEach(async () => {
    kafka = await FaultyKafka.start()
    input = await kafka.createTopic(1)
    output = await kafka.createTopic(1)
  })
  afterEach(async () => {
    await sender.disconnect()
    kafka.end()
  })

  const connect = async () => {
    sender = await kafka.connect({ outputTopics: [output], transactionalId: uniqueName('transactional') })
    member = await new Member(sender.consumer).join([input])
    await member.pollUntil(() => member.assigned().length === 1)
  }
  const commit = async (value: string, offset: number) => {
    await sender.transactions.begin()
    expect(sender.send(1, rowsOf(value))).toBe(1)
    await sender.transactions.commit(offsets(offset))
  }

  test.for([
    ['the coordinator loads its transactions', Api.END_TXN, 14],
    ['the transaction before is still being ended', Api.END_TXN, 51],
    ['the connection closes at the end', Api.END_TXN, DISCONNECT],
    ['partitions are added too early', Api.ADD_PARTITIONS_TO_TXN, 51],
    ['offsets are added while the coordinator moves', Api.ADD_OFFSETS_TO_TXN, 16],
    ["the group's coordinator has moved", Api.TXN_OFFSET_COMMIT, 16]
  ] as const)('%s: the commit takes longer, and succeeds', async ([, api, code]) => {
    await connect()
    await kafka.cluster.call('pushErrors', api, [code, code])
    await commit('a', 1)
    await commit('b', 2)
    expect(sender.failures).toEqual([])
    expect(await kafka.stored(output)).toEqual(['a', 'b'])
  })

  test.for([
    ['fenced when it commits', Api.END_TXN, 47, -144],
    ['fenced when it sends offsets', Api.ADD_OFFSETS_TO_TXN, 90, -144],
    ['taken for dead by its group', Api.TXN_OFFSET_COMMIT, 25, 25],
    ['refused by the coordinator', Api.END_TXN, 53, 53]
  ] as const)('%s: the commit rejects with that; after abort the next one succeeds', async ([, api, code, told]) => {
    await connect()
    await kafka.cluster.call('pushErrors', api, [code])
    await expect(commit('a', 1)).rejects.toMatchObject({ code: told })
    await sender.transactions.abort()
    await commit('b', 2)
    expect((await kafka.stored(output)).at(-1)).toBe('b')
    expect(sender.errors).toSatisfy((errors: { fatal: boolean }[]) => errors.every(({ fatal }) => !fatal))
  })

  test.for([
    ['a row that is too large', 10],
    ['fenced', 47]
  ] as const)(
    '%s: told with its code, once; nothing more is taken, and the commit rejects with it',
    async ([, code]) => {
      await connect()
      await kafka.cluster.call('pushErrors', Api.PRODUCE, [code])
      await sender.transactions.begin()
      sender.send(1, rowsOf('a', 'b', 'c'))
      while (sender.failures.length === 0) await nextTurn()
      expect(sender.failures).toMatchObject([{ code }])
      expect(sender.send(2, rowsOf('d'))).toBe(0)
      await expect(sender.transactions.commit(offsets(1))).rejects.toMatchObject({ code })
      await sender.transactions.abort()
      await commit('e', 2)
      expect(sender.failures).toHaveLength(1)
      expect((await kafka.stored(output)).at(-1)).toBe('e')
    }
  )

  test('what is refused without a row of its own is told by the reason that the client has', async () => {
    await connect()
    await kafka.cluster.call('pushErrors', Api.ADD_PARTITIONS_TO_TXN, [29])
    await sender.transactions.begin()
    sender.send(1, rowsOf('a'))
    while (sender.failures.length === 0) await nextTurn()
    expect(sender.failures).toMatchObject([{ code: 29 }])
    await expect(sender.transactions.commit(offsets(1))).rejects.toMatchObject({ code: 29 })
    await sender.transactions.abort()
    await commit('b', 2)
  })

  test('connecting waits for a coordinator that loads, and names what refuses it', async () => {
    await kafka.cluster.call('pushErrors', Api.INIT_PRODUCER_ID, [14, 15, 51])
    await connect()
    await commit('a', 1)
    await kafka.cluster.call('pushErrors', Api.INIT_PRODUCER_ID, [53])
    const refused = kafka.connect({ outputTopics: [output], transactionalId: uniqueName('transactional') })
    await expect(refused).rejects.toMatchObject({
      code: 53,
      message: expect.stringMatching(/can't begin transactions/)
    })
  })

  test('brokers that are away during abort are waited for', async () => {
    await connect()
    await kafka.cluster.call('pushErrors', Api.PRODUCE, [10])
    await sender.transactions.begin()
    sender.send(1, rowsOf('a'))
    while (sender.failures.length === 0) await nextTurn()
    await kafka.setDown(true)
    const aborting = sender.transactions.abort()
    for (let turn = 0; turn < 100; turn++) await nextTurn()
    await kafka.setDown(false)
    await aborting
    await sender.transactions.begin()
    sender.send(2, rowsOf('b'))
    await sender.transactions.commit([])
    expect(await kafka.stored(output)).toEqual(['b'])
  })
})
