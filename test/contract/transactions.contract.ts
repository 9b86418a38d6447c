import { describe, expect, test } from 'vitest'
import { KafkaError } from '../../src/kafka/kafka-error.ts'
import { remedyFor } from '../../src/kafka/produce-errors.ts'
import { uniqueName, type Harness } from './harness.ts'
import { Member } from './member.ts'
import type { Row } from './rows.ts'
import { nextTurn, Sender, text } from './sender.ts'

const rowsOf = (...values: string[]): Row[] => values.map(value => ({ value: text(value) }))
const numbered = (first: number, count: number) => rowsOf(...Array.from({ length: count }, (_, i) => `${first + i}`))

interface SetUp {
  readonly id?: string
  readonly outputTopic?: string
  readonly transactionTimeoutMs?: number
}

export function describeTransactions(harness: () => Harness): void {
  /** A producer with transactions, whose consumer is a member of a group on an input of one partition. */
  const setUp = async ({ id = uniqueName('transactional'), outputTopic, ...options }: SetUp = {}) => {
    const [input, group] = [await harness().createTopic(1), uniqueName('group')]
    const output = outputTopic ?? (await harness().createTopic(1, { maxBatchBytes: 3_000 }))
    const sender = await Sender.connect(harness(), { group, outputTopics: [output], transactionalId: id, ...options })
    const member = await new Member(sender.consumer).join([input])
    await member.pollUntil(() => member.assigned().length === 1)
    const offsets = (offset: number) => [{ topic: input, partition: 0, offset, metadata: `to ${offset}` }]
    const committed = async () => (await member.consumer.committed([{ topic: input, partition: 0 }]))[0]
    return { sender, member, offsets, committed, group, input, output, transactions: sender.transactions }
  }

  const stored = async (topic: string) => (await harness().read(topic)).map(({ value }) => String(value))

  /** Markers are written a little after a commit has been answered. */
  const storedUntil = async (topic: string, count: number) => {
    let values = await stored(topic)
    while (values.length < count) values = await stored(topic)
    return values
  }

  describe('transactions', () => {
    test('rows and offsets appear together, when it is committed', async () => {
      const { sender, transactions, offsets, committed, group, input, output } = await setUp()
      await transactions.begin()
      expect(sender.send(1, rowsOf('a', 'b'))).toBe(2)
      for (let read = 0; read < 3; read++) expect(await stored(output)).toEqual([])
      expect(await harness().committed(group, input, 0)).toBeUndefined()
      await transactions.commit(offsets(7))
      expect(await committed()).toMatchObject({ offset: 7, metadata: 'to 7' })
      expect(await storedUntil(output, 2)).toEqual(['a', 'b'])
      expect([sender.reports, sender.failures]).toEqual([[], []])
      await sender.disconnect()
    })

    test('a commit waits for rows that are still on their way', async () => {
      const { sender, transactions, offsets, output } = await setUp({ outputTopic: await harness().createTopic(1) })
      await transactions.begin()
      await sender.sendAll(1, numbered(0, 500))
      await transactions.commit(offsets(1))
      expect(await storedUntil(output, 500)).toEqual(numbered(0, 500).map(({ value }) => String(value)))
      await sender.disconnect()
    })

    test('aborted, neither rows nor offsets are left, and the next one works', async () => {
      const { sender, transactions, offsets, committed, output } = await setUp()
      await transactions.begin()
      sender.send(1, rowsOf('a'))
      expect(await stored(output)).toEqual([])
      await transactions.abort()
      await transactions.begin()
      sender.send(2, rowsOf('on its way'))
      await transactions.abort()
      expect(await committed()).toMatchObject({ offset: -1, metadata: '' })
      await transactions.begin()
      sender.send(3, rowsOf('b'))
      await transactions.commit(offsets(3))
      expect(await storedUntil(output, 1)).toEqual(['b'])
      expect(await committed()).toMatchObject({ offset: 3 })
      await sender.disconnect()
    })

    test('rows are taken between begin and commit only', async () => {
      const { sender, transactions, offsets, output } = await setUp()
      expect(sender.send(1, rowsOf('before'))).toBe(0)
      await transactions.begin()
      sender.send(1, rowsOf('a'))
      const committing = transactions.commit(offsets(1))
      expect(sender.send(1, rowsOf('meanwhile'))).toBe(0)
      await committing
      expect(sender.send(1, rowsOf('after'))).toBe(0)
      expect(await storedUntil(output, 1)).toEqual(['a'])
      await sender.disconnect()
    })

    test('one after the other, rows stay in order and each is there once', async () => {
      const { sender, transactions, offsets, committed, output } = await setUp()
      for (let round = 0; round < 10; round++) {
        await transactions.begin()
        await sender.sendAll(round, numbered(round * 20, 20))
        await transactions.commit(offsets(round + 1))
      }
      expect(await storedUntil(output, 200)).toEqual(numbered(0, 200).map(({ value }) => String(value)))
      expect(await committed()).toMatchObject({ offset: 10, metadata: 'to 10' })
      await sender.disconnect()
    })

    test('offsets alone, rows alone and nothing at all can be committed', async () => {
      const { sender, transactions, offsets, committed, output } = await setUp()
      await transactions.begin()
      await transactions.commit(offsets(2))
      await transactions.begin()
      await transactions.commit([])
      await transactions.begin()
      sender.send(1, rowsOf('a'))
      await transactions.commit([])
      expect(await committed()).toMatchObject({ offset: 2 })
      expect(await storedUntil(output, 1)).toEqual(['a'])
      await sender.disconnect()
    })

    test('a refused row is told and makes commit reject; aborted, it can be used again', async () => {
      const { sender, transactions, offsets, committed, output } = await setUp()
      await transactions.begin()
      sender.send(1, [...rowsOf('a'), { value: Buffer.alloc(5_000, 7) }, ...rowsOf('b')])
      while (sender.failures.length === 0) await nextTurn()
      expect(sender.failures.map(({ code }) => remedyFor(code))).toContain('isolate')
      await expect(transactions.commit(offsets(1))).rejects.toBeInstanceOf(KafkaError)
      await transactions.abort()
      await transactions.begin()
      sender.send(2, rowsOf('c'))
      await transactions.commit(offsets(2))
      expect(await storedUntil(output, 1)).toEqual(['c'])
      expect(await committed()).toMatchObject({ offset: 2 })
      expect(sender.reports).toEqual([])
      await sender.disconnect()
    })

    test('a row that is refused while it commits makes commit reject, too', async () => {
      const { sender, transactions, offsets, committed, output } = await setUp()
      await transactions.begin()
      sender.send(1, [...rowsOf('a'), { value: Buffer.alloc(5_000, 7) }])
      await expect(transactions.commit(offsets(1))).rejects.toBeInstanceOf(KafkaError)
      await transactions.abort()
      await transactions.begin()
      await transactions.commit(offsets(2))
      expect(await stored(output)).toEqual([])
      expect(await committed()).toMatchObject({ offset: 2 })
      await sender.disconnect()
    })

    test('a row that the client itself refuses does the same', async () => {
      const { sender, transactions, offsets, output } = await setUp()
      await transactions.begin()
      sender.send(1, [...rowsOf('a'), { value: Buffer.alloc(1_500_000) }])
      while (sender.failures.length === 0) await nextTurn()
      expect(sender.failures[0].code).toBe(10)
      await expect(transactions.commit(offsets(1))).rejects.toBeInstanceOf(KafkaError)
      await transactions.abort()
      await transactions.begin()
      sender.send(2, rowsOf('b'))
      await transactions.commit(offsets(2))
      expect(await storedUntil(output, 1)).toEqual(['b'])
      await sender.disconnect()
    })

    test('offsets that the group does not take make commit reject, and no row is left', async () => {
      const { sender, transactions, offsets, committed, output } = await setUp()
      await transactions.begin()
      sender.send(1, rowsOf('a'))
      const [offset] = offsets(1)
      await expect(transactions.commit([{ ...offset, metadata: 'x'.repeat(5_000) }])).rejects.toBeInstanceOf(KafkaError)
      await transactions.abort()
      await transactions.begin()
      sender.send(2, rowsOf('b'))
      await transactions.commit(offsets(2))
      expect(await storedUntil(output, 1)).toEqual(['b'])
      expect(await committed()).toMatchObject({ offset: 2 })
      await sender.disconnect()
    })

    test('a second producer of the same id fences the first, which works again after abort', async () => {
      const id = uniqueName('transactional')
      const first = await setUp({ id })
      await first.transactions.begin()
      first.sender.send(1, rowsOf('of the first'))
      expect(await stored(first.output)).toEqual([])
      const second = await setUp({ id, outputTopic: first.output })
      await expect(first.transactions.commit(first.offsets(1))).rejects.toBeInstanceOf(KafkaError)
      await second.transactions.begin()
      second.sender.send(1, rowsOf('of the second'))
      await second.transactions.commit(second.offsets(1))
      expect(await storedUntil(first.output, 1)).toEqual(['of the second'])
      await first.transactions.abort()
      await first.transactions.begin()
      first.sender.send(2, rowsOf('again of the first'))
      await first.transactions.commit(first.offsets(2))
      expect(await storedUntil(first.output, 2)).toEqual(['of the second', 'again of the first'])
      expect(await first.committed()).toMatchObject({ offset: 2 })
      await first.sender.disconnect()
      await second.sender.disconnect()
    })

    test('fenced with none open: it is known at the next one, and abort mends it', async () => {
      const id = uniqueName('transactional')
      const first = await setUp({ id })
      const second = await setUp({ id, outputTopic: first.output })
      const attempt = async () => {
        await first.transactions.begin()
        first.sender.send(1, rowsOf('a'))
        await first.transactions.commit(first.offsets(1))
      }
      await expect(attempt()).rejects.toBeInstanceOf(KafkaError)
      await first.transactions.abort()
      await attempt()
      expect(await storedUntil(first.output, 1)).toEqual(['a'])
      await first.sender.disconnect()
      await second.sender.disconnect()
    })

    test('one that took too long can only be aborted, and then the next one works', async () => {
      const id = uniqueName('transactional')
      const { sender, transactions, offsets, committed, output } = await setUp({ id, transactionTimeoutMs: 1_000 })
      await transactions.begin()
      sender.send(1, rowsOf('a'))
      await harness().timedOut(output, id)
      await expect(transactions.commit(offsets(1))).rejects.toBeInstanceOf(KafkaError)
      await transactions.abort()
      expect(await committed()).toMatchObject({ offset: -1 })
      await transactions.begin()
      sender.send(2, rowsOf('b'))
      await transactions.commit(offsets(2))
      expect(await storedUntil(output, 1)).toEqual(['b'])
      await sender.disconnect()
    })

    test('for a member that the group no longer knows, commit rejects', async () => {
      const [input, output] = [await harness().createTopic(1), await harness().createTopic(1)]
      const options = { group: uniqueName('group'), instance: uniqueName('instance') }
      const transactional = { outputTopics: [output], transactionalId: uniqueName('transactional') }
      const sender = await Sender.connect(harness(), { ...options, ...transactional })
      const member = await new Member(sender.consumer).join([input])
      await member.pollUntil(() => member.assigned().length === 1)
      await harness().breakForGood(member, options, input)
      await member.pollUntil(() => member.events.some(event => event.type === 'error' && event.fatal))
      await sender.transactions.begin()
      sender.send(1, rowsOf('a'))
      await expect(sender.transactions.commit([{ topic: input, partition: 0, offset: 1 }])).rejects.toBeInstanceOf(
        KafkaError
      )
      await sender.transactions.abort()
      expect(await stored(output)).toEqual([])
      await sender.disconnect()
    })

    test('beside them, a consumer may commit by itself', async () => {
      const { sender, member, transactions, offsets, committed } = await setUp()
      await member.consumer.commit(offsets(4))
      expect(await committed()).toMatchObject({ offset: 4, metadata: 'to 4' })
      await transactions.begin()
      await transactions.commit(offsets(5))
      expect(await committed()).toMatchObject({ offset: 5 })
      await sender.disconnect()
    })

    test('disconnecting with one open is harmless, and nothing of it is left', async () => {
      const { sender, transactions, committed, output } = await setUp()
      await transactions.begin()
      sender.send(1, rowsOf('a'))
      expect(await stored(output)).toEqual([])
      expect(await committed()).toMatchObject({ offset: -1 })
      await sender.disconnect()
      await sender.disconnect()
      expect(await stored(output)).toEqual([])
    })

    test('a transport without them says so', async () => {
      expect(harness().transport({ group: uniqueName('group') }).transactions).toBeUndefined()
    })
  })
}
