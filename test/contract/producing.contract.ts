import { describe, expect, test } from 'vitest'
import type { DeliveryReport, Transport } from '../../src/kafka/ports.ts'
import { Header as SlabField, shapeOf } from '../../src/slabs/layout.ts'
import { writeHeader } from '../../src/slabs/headers.ts'
import { Slab } from '../../src/slabs/slab.ts'
import { uniqueName, type Harness, type NewRecord, type TransportOptions } from './harness.ts'

interface Row extends NewRecord {
  readonly output?: number
}

/** A slab with these rows, as a worker would leave it. */
function slabOf(rows: readonly Row[]): Slab {
  const slab = Slab.allocate(shapeOf(Math.max(rows.length, 1), 2_000_000))
  let at = slab.places.output
  const put = (bytes: Uint8Array | null | undefined) => {
    slab.bytes.set(bytes ?? [], at)
    at += bytes?.length ?? 0
    return bytes ? bytes.length : -1
  }
  rows.forEach(({ output = 0, timestampMs = Date.now(), key, value, headers = [] }, row) => {
    slab.rowOutput[row] = output
    slab.setRowTimestamp(row, timestampMs)
    slab.rowKeyStart[row] = at
    slab.rowKeyLength[row] = put(key)
    slab.rowValueStart[row] = at
    slab.rowValueLength[row] = put(value)
    slab.rowHeadersStart[row] = at
    for (const header of headers) at = writeHeader(slab.bytes, at, header.name, header.value)
    slab.rowHeadersLength[row] = at - slab.rowHeadersStart[row]
  })
  slab.header[SlabField.ROWS] = rows.length
  return slab
}

const text = (value: string) => Buffer.from(value)
const nextTurn = () => new Promise(resolve => setTimeout(resolve, 1))

export function describeProducing(harness: () => Harness): void {
  const producing = async (options: Omit<TransportOptions, 'group' | 'events'>) => {
    const reports: DeliveryReport[] = []
    const errors: unknown[] = []
    const events = {
      delivered: (report: DeliveryReport) => reports.push(report),
      producerError: (error: unknown) => errors.push(error)
    }
    const { producer } = harness().transport({ ...options, group: uniqueName('group'), events })
    await producer.connect()
    const reported = (batch: number) =>
      reports.filter(report => report.batch === batch).reduce((sum, { rows }) => sum + rows, 0)
    const settled = async (producer: Transport['producer']) => {
      while (producer.outstanding > 0) await nextTurn()
      await nextTurn()
    }
    return { producer, reports, reported, settled, errors }
  }

  /** Produces the rows to one topic of one partition and reads it. */
  const roundTrip = async (rows: readonly Row[]) => {
    const topic = await harness().createTopic(1)
    const { producer, settled } = await producing({ outputTopics: [topic] })
    expect(producer.produce(slabOf(rows), 0, rows.length, 1, 0)).toBe(rows.length)
    await settled(producer)
    await producer.disconnect()
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
      const { producer, reports, reported, settled } = await producing({ outputTopics: topics })
      const slabs = Array.from({ length: 20 }, (_, batch) =>
        slabOf(
          Array.from({ length: 100 + batch }, (_, i) => ({
            output: i % 2,
            key: i % 3 === 0 ? null : text(`key-${i}`),
            value: text(`${batch} ${i}`)
          }))
        )
      )
      slabs.forEach((slab, batch) => expect(producer.produce(slab, 0, slab.rows, batch, batch)).toBe(slab.rows))
      expect(producer.outstanding).toBe(slabs.reduce((sum, slab) => sum + slab.rows, 0))
      await settled(producer)
      expect(slabs.map((_, batch) => reported(batch))).toEqual(slabs.map(slab => slab.rows))
      expect(reports.every(({ error }) => error === undefined)).toBe(true)
      const stored = [...(await harness().read(topics[0])), ...(await harness().read(topics[1]))]
      expect(stored).toHaveLength(slabs.reduce((sum, slab) => sum + slab.rows, 0))
      await producer.disconnect()
    })

    test('a full queue answers where to go on, and going on loses and repeats nothing', async () => {
      const topic = await harness().createTopic(1)
      const { producer, reported, settled } = await producing({ outputTopics: [topic], queueRows: 10 })
      const rows = Array.from({ length: 45 }, (_, i) => ({ value: text(`${i}`) }))
      const slab = slabOf(rows)
      let row = producer.produce(slab, 0, rows.length, 7, 0)
      expect(row).toBe(10)
      while (row < rows.length) {
        await nextTurn()
        row = producer.produce(slab, row, rows.length, 7, 0)
      }
      await settled(producer)
      expect(reported(7)).toBe(45)
      expect((await harness().read(topic)).map(record => record.value)).toEqual(rows.map(({ value }) => value))
      await producer.disconnect()
    })

    test('rows without a key go to the input partition modulo the number of partitions, in order', async () => {
      const topic = await harness().createTopic(3)
      const { producer, settled } = await producing({ outputTopics: [topic] })
      const slab = slabOf(Array.from({ length: 30 }, (_, i) => ({ value: text(`${i}`) })))
      for (let input = 0; input < 5; input++) producer.produce(slab, input * 6, input * 6 + 6, input, input)
      await settled(producer)
      const stored = await harness().read(topic)
      for (let partition = 0; partition < 3; partition++) {
        const values = stored.filter(record => record.partition === partition).map(({ value }) => Number(String(value)))
        const inputs = [0, 1, 2, 3, 4].filter(input => input % 3 === partition)
        expect(values).toEqual(inputs.flatMap(input => Array.from({ length: 6 }, (_, i) => input * 6 + i)))
      }
      await producer.disconnect()
    })

    test('rows with a key go where Java clients put them, an empty key too', async () => {
      // murmur2 of the key, without its sign, modulo 10.
      const placed = { '21': 0, foobar: 6, 'a-little-bit-long-string': 2, '': 1 }
      const topic = await harness().createTopic(10)
      const { producer, settled } = await producing({ outputTopics: [topic] })
      const keys = Object.keys(placed)
      producer.produce(slabOf(keys.map(key => ({ key: text(key), value: text(key) }))), 0, keys.length, 1, 0)
      await settled(producer)
      const stored = (await harness().read(topic)).map(({ key, partition }) => [String(key), partition])
      expect(Object.fromEntries(stored)).toEqual(placed)
      await producer.disconnect()
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
