import { describe, expect, test } from 'vitest'
import { KafkaError } from '../../src/kafka/kafka-error.ts'
import { uniqueName, type Harness } from './harness.ts'
import { Member } from './member.ts'
import { Sender } from './sender.ts'
import { numbered, rowsOf, transactional } from './transactional.ts'

export function describeTransactions(harness: () => Harness): void {
  const { setUp, stored, storedUntil } = transactional(harness)

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
