import { describe, expect, test } from 'vitest'
import type { ProduceFailure } from '../../src/kafka/ports.ts'
import { Member } from '../contract/member.ts'
import { slabOf } from '../contract/rows.ts'
import { FakeCluster } from './cluster.ts'
import { createFakeTransport } from './transport.ts'

const rowsOf = (...values: string[]) => slabOf(values.map(value => ({ value: Buffer.from(value) })))
const at = (offset: number) => ({ topic: 'in', partition: 0, offset, metadata: `to ${offset}` })
const REFUSED = { code: 10, message: 'too large' }

async function transacting(cluster = clusterWithTopics(), id: string | true = true) {
  const failures: ProduceFailure[] = []
  const events = {
    delivered: () => expect.unreachable('rows of transactions are not reported one by one'),
    transactionFailed: (failure: ProduceFailure) => failures.push(failure),
    producerError: () => undefined
  }
  const options = { group: 'g', outputTopics: ['out'], events, transactional: id }
  const { consumer, producer, transactions } = createFakeTransport(cluster, options)
  if (transactions === undefined) throw new Error('made for transactions')
  await consumer.connect()
  await producer.connect()
  const put = (...values: string[]) => producer.produce(rowsOf(...values), 0, values.length, 1, 0)
  const stored = () => cluster.log({ topic: 'out', partition: 0 }).records.map(({ value }) => String(value))
  return { cluster, consumer, producer, transactions, failures, put, stored }
}

function clusterWithTopics(): FakeCluster {
  const cluster = new FakeCluster()
  cluster.createTopic('in', 1)
  cluster.createTopic('out', 1)
  return cluster
}

describe('fake transactions', () => {
  test('rows and offsets appear together at the commit, and a marker behind them', async () => {
    const { cluster, transactions, put, stored } = await transacting()
    await transactions.begin()
    put('a', 'b')
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    expect([stored(), cluster.commits]).toEqual([[], []])
    await transactions.commit([at(7)])
    expect(stored()).toEqual(['a', 'b'])
    expect(cluster.commits).toEqual([{ ...at(7), group: 'g' }])
    expect(cluster.log({ topic: 'out', partition: 0 }).end).toBe(3)
    expect(cluster.transactions).toEqual({ committed: 1, aborted: 0 })
  })

  test('rows are taken between begin and commit only, and never alone', async () => {
    const { cluster, producer, transactions, put, stored } = await transacting()
    expect(put('early')).toBe(0)
    await transactions.begin()
    put('a')
    cluster.holdCommits()
    const committing = transactions.commit([])
    expect(put('late')).toBe(0)
    cluster.releaseCommits()
    await committing
    expect([put('later'), stored()]).toEqual([0, ['a']])
    await expect(producer.produceAlone(rowsOf('alone'), 0, 0)).rejects.toThrow('not sent alone')
  })

  test('abort leaves nothing, of rows under way neither', async () => {
    const { cluster, producer, transactions, put, stored } = await transacting()
    await transactions.begin()
    cluster.holdAcknowledgements()
    put('a')
    await transactions.abort()
    expect(producer.outstanding).toBe(0)
    cluster.releaseAcknowledgements()
    await transactions.begin()
    put('b')
    await transactions.commit([at(1)])
    expect([stored(), cluster.transactions, transactions.rebuilt]).toEqual([['b'], { committed: 1, aborted: 1 }, 0])
  })

  test('a refused row is told, nothing more is taken, and only abort helps', async () => {
    const { cluster, transactions, put, stored, failures } = await transacting()
    cluster.refuse = () => REFUSED
    await transactions.begin()
    put('a', 'b')
    while (failures.length === 0) await new Promise(setImmediate)
    expect([failures, put('c')]).toEqual([[REFUSED, REFUSED], 0])
    await expect(transactions.commit([at(1)])).rejects.toMatchObject({ code: 10 })
    await expect(transactions.begin()).rejects.toThrow('the transaction is failed')
    await transactions.abort()
    cluster.refuse = () => undefined
    await transactions.begin()
    put('d')
    await transactions.commit([at(2)])
    expect([stored(), cluster.commits.map(({ offset }) => offset)]).toEqual([['d'], [2]])
  })

  test('fenced with a transaction open: rows fail, commit rejects, abort makes a new client', async () => {
    const { cluster, transactions, put, stored, failures } = await transacting()
    await transactions.begin()
    put('a')
    cluster.fence()
    await expect(transactions.commit([at(1)])).rejects.toMatchObject({ code: -144 })
    await transactions.abort()
    await transactions.begin()
    put('b')
    await transactions.commit([at(2)])
    expect([stored(), transactions.rebuilt]).toEqual([['b'], 1])
    await transactions.begin()
    cluster.fence()
    failures.length = 0
    put('c')
    while (failures.length === 0) await new Promise(setImmediate)
    expect(failures).toMatchObject([{ code: -144 }])
  })

  test('fenced between transactions: begin rejects', async () => {
    const { cluster, transactions } = await transacting()
    cluster.fence()
    await expect(transactions.begin()).rejects.toMatchObject({ code: -144 })
    await transactions.abort()
    await transactions.begin()
  })

  test('one of the same transactional.id fences the other, and is fenced back', async () => {
    const first = await transacting(clusterWithTopics(), 'same')
    await first.transactions.begin()
    const second = await transacting(first.cluster, 'same')
    await expect(first.transactions.commit([])).rejects.toMatchObject({ code: -144 })
    await first.transactions.abort()
    await expect(second.transactions.begin()).rejects.toMatchObject({ code: -144 })
  })

  test('commits fail as they are told to: before, after, and for the group', async () => {
    const { cluster, consumer, transactions, put, stored } = await transacting()
    const attempt = async (...values: string[]) => {
      await transactions.begin()
      put(...values)
      await expect(transactions.commit([at(values.length)])).rejects.toThrow('can only be aborted')
      await transactions.abort()
    }
    cluster.transactionErrors.push({ code: 51, message: 'before' }, { code: -185, message: 'after', committed: true })
    await attempt('a')
    expect(stored()).toEqual([])
    await attempt('b', 'c')
    expect([stored(), cluster.committed('g', { topic: 'in', partition: 0 })?.offset]).toEqual([['b', 'c'], 2])
    const member = new Member(consumer)
    consumer.subscribe(['in'])
    await member.pollUntil(() => member.assigned().length === 1)
    consumer.expire()
    await attempt('d')
    expect(stored()).toEqual(['b', 'c'])
  })

  test('abort rejects while no client can be had', async () => {
    const { cluster, transactions } = await transacting()
    await transactions.begin()
    cluster.down = 'unplugged'
    await expect(transactions.abort()).rejects.toThrow('unplugged')
    cluster.down = undefined
    await transactions.abort()
  })

  test('what is committed is asked for behind commits that are under way', async () => {
    const { cluster, consumer, transactions } = await transacting()
    await transactions.begin()
    cluster.holdCommits()
    const committing = transactions.commit([at(3)])
    const asking = consumer.committed([{ topic: 'in', partition: 0 }])
    cluster.releaseCommits()
    expect(await asking).toEqual([at(3)])
    await committing
  })
})
