import { describe, expect, test } from 'vitest'
import { KafkaError } from '../../src/kafka/kafka-error.ts'
import { remedyFor } from '../../src/kafka/produce-errors.ts'
import type { Harness } from './harness.ts'
import type { Row } from './rows.ts'
import { nextTurn } from './sender.ts'
import { numbered, rowsOf, transactional } from './transactional.ts'

export function describeRefusals(harness: () => Harness): void {
  const { setUp, stored, storedUntil } = transactional(harness)

  describe('rows of a transaction that are refused', () => {
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

    test('of rows that go alone, the one that is refused is named; those around it are not to blame', async () => {
      const { sender, transactions, offsets, committed, output } = await setUp()
      const tooLarge = { value: Buffer.alloc(5_000, 7) }
      const send = (rows: readonly Row[]) => rows.forEach((row, batch) => sender.send(batch, [row]))
      for (const culprit of [0, 3, 7]) {
        const rows = numbered(0, 8)
        rows[culprit] = tooLarge
        sender.failures.length = 0
        await transactions.begin(true)
        send(rows)
        await expect(transactions.commit(offsets(1))).rejects.toBeInstanceOf(KafkaError)
        await nextTurn()
        expect(sender.failures[0]).toMatchObject({ batch: culprit, code: 10 })
        await transactions.abort()
      }
      await transactions.begin(true)
      send(numbered(0, 8))
      await transactions.commit(offsets(2))
      await transactions.begin()
      sender.send(1, numbered(8, 2))
      await transactions.commit(offsets(3))
      const values = numbered(0, 10).map(({ value }) => String(value))
      expect(await storedUntil(output, 10)).toEqual(values)
      expect(await committed()).toMatchObject({ offset: 3 })
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
      expect(sender.failures[0]).toMatchObject({ code: 10, batch: undefined })
      await expect(transactions.commit(offsets(1))).rejects.toBeInstanceOf(KafkaError)
      await transactions.abort()
      await transactions.begin()
      sender.send(2, rowsOf('b'))
      await transactions.commit(offsets(2))
      expect(await storedUntil(output, 1)).toEqual(['b'])
      await sender.disconnect()
    })
  })
}
