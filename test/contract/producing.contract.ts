import { describe, expect, test } from 'vitest'
import { uniqueName, type Harness, type TransportOptions } from './harness.ts'
import { slabOf, type Row } from './rows.ts'
import { nextTurn, Sender, text } from './sender.ts'

export function describeProducing(harness: () => Harness): void {
  const producing = (options: Partial<TransportOptions>) => Sender.connect(harness(), options)

  /** Produces the rows to one topic of one partition and reads it. */
  const roundTrip = async (rows: readonly Row[]) => {
    const topic = await harness().createTopic(1)
    const sender = await producing({ outputTopics: [topic] })
    expect(sender.send(1, rows)).toBe(rows.length)
    await sender.settled()
    await sender.disconnect()
    return harness().read(topic)
  }

  describe('producing', () => {
    test('null and empty keys and values stay different', async () => {
      const bytes = [null, text(''), text('x')]
      const rows = bytes.flatMap(key => bytes.map(value => ({ key, value })))
      const stored = await roundTrip(rows)
      expect(stored.map(({ key, value }) => ({ key, value }))).toEqual(rows)
    })

    test('headers keep their order, duplicates, empty values and odd names', async () => {
      const headers = [
        { name: 'trace', value: text('a') },
        { name: 'trace', value: text('b') },
        { name: '__proto__', value: text('no prototype') },
        { name: '', value: text('nameless') },
        { name: 'empty', value: text('') },
        ...Array.from({ length: 500 }, (_, i) => ({ name: 'many', value: Buffer.from([i & 255, i >> 8]) }))
      ]
      const [record] = await roundTrip([{ value: text('v'), headers }])
      expect(record.headers).toEqual(headers)
    })

    test('timestamps are kept; a row without one gets the present', async () => {
      const startedMs = Date.now()
      const stored = await roundTrip([
        { value: text('a'), timestampMs: startedMs - 12_345 },
        { value: text('b'), timestampMs: -1 }
      ])
      expect(stored[0].timestampMs).toBe(startedMs - 12_345)
      expect(stored[1].timestampMs).toBeGreaterThanOrEqual(startedMs)
    })

    test('every row is reported once, under its batch', async () => {
      const topics = [await harness().createTopic(3), await harness().createTopic(2)]
      const sender = await producing({ outputTopics: topics })
      const slabs = Array.from({ length: 20 }, (_, batch) =>
        slabOf(
          Array.from({ length: 100 + batch }, (_, i) => ({
            output: i % 2,
            key: i % 3 === 0 ? null : text(`key-${i}`),
            value: text(`${batch} ${i}`)
          }))
        )
      )
      slabs.forEach((slab, batch) => expect(sender.producer.produce(slab, 0, slab.rows, batch, batch)).toBe(slab.rows))
      expect(sender.producer.outstanding).toBe(slabs.reduce((sum, slab) => sum + slab.rows, 0))
      await sender.settled()
      expect(slabs.map((_, batch) => sender.reported(batch))).toEqual(slabs.map(slab => slab.rows))
      expect(sender.reports.every(({ error }) => error === undefined)).toBe(true)
      const stored = [...(await harness().read(topics[0])), ...(await harness().read(topics[1]))]
      expect(stored).toHaveLength(slabs.reduce((sum, slab) => sum + slab.rows, 0))
      await sender.disconnect()
    })

    test('a full queue answers where to go on, and going on loses and repeats nothing', async () => {
      const topic = await harness().createTopic(1)
      const sender = await producing({ outputTopics: [topic], queueRows: 10 })
      const rows = Array.from({ length: 45 }, (_, i) => ({ value: text(`${i}`) }))
      const slab = slabOf(rows)
      let row = sender.producer.produce(slab, 0, rows.length, 7, 0)
      expect(row).toBe(10)
      while (row < rows.length) {
        await nextTurn()
        row = sender.producer.produce(slab, row, rows.length, 7, 0)
      }
      await sender.settled()
      expect(sender.reported(7)).toBe(45)
      expect((await harness().read(topic)).map(record => record.value)).toEqual(rows.map(({ value }) => value))
      await sender.disconnect()
    })

    test('rows without a key go to the input partition modulo the number of partitions, in order', async () => {
      const topic = await harness().createTopic(3)
      const sender = await producing({ outputTopics: [topic] })
      const slab = slabOf(Array.from({ length: 30 }, (_, i) => ({ value: text(`${i}`) })))
      for (let input = 0; input < 5; input++) sender.producer.produce(slab, input * 6, input * 6 + 6, input, input)
      await sender.settled()
      const stored = await harness().read(topic)
      for (let partition = 0; partition < 3; partition++) {
        const values = stored.filter(record => record.partition === partition).map(({ value }) => Number(String(value)))
        const inputs = [0, 1, 2, 3, 4].filter(input => input % 3 === partition)
        expect(values).toEqual(inputs.flatMap(input => Array.from({ length: 6 }, (_, i) => input * 6 + i)))
      }
      await sender.disconnect()
    })

    test('rows with a key go where Java clients put them, an empty key too', async () => {
      // murmur2 of the key, without its sign, modulo 10.
      const placed = { '21': 0, foobar: 6, 'a-little-bit-long-string': 2, '': 1 }
      const topic = await harness().createTopic(10)
      const sender = await producing({ outputTopics: [topic] })
      const keys = Object.keys(placed)
      sender.producer.produce(slabOf(keys.map(key => ({ key: text(key), value: text(key) }))), 0, keys.length, 1, 0)
      await sender.settled()
      const stored = (await harness().read(topic)).map(({ key, partition }) => [String(key), partition])
      expect(Object.fromEntries(stored)).toEqual(placed)
      await sender.disconnect()
    })

    test('an output topic that does not exist is named when connecting', async () => {
      const missing = uniqueName('missing')
      const { producer } = harness().transport({ group: uniqueName('group'), outputTopics: [missing] })
      await expect(producer.connect()).rejects.toThrow(missing)
      await producer.disconnect()
      await producer.disconnect()
    })
  })
}
