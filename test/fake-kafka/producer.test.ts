import { describe, expect, test } from 'vitest'
import type { DeliveryReport, RecordProducer } from '../../src/kafka/ports.ts'
import { slabOf } from '../contract/rows.ts'
import { FakeCluster, type ProducedRow } from './cluster.ts'
import { createFakeTransport } from './transport.ts'

const TOO_LARGE = { code: 10, message: 'too large' }
const place = (partition: number) => ({ topic: 'out', partition })
const rowsOf = (...values: string[]) => slabOf(values.map(value => ({ value: Buffer.from(value) })))
const is =
  (...values: string[]) =>
  ({ value }: ProducedRow) =>
    values.includes(String(value)) ? TOO_LARGE : undefined

async function producing() {
  const cluster = new FakeCluster()
  cluster.createTopic('out', 2)
  const reports: DeliveryReport[] = []
  const taken: number[] = []
  const again = rowsOf('again')
  let producer: RecordProducer
  const delivered = (report: DeliveryReport) => {
    reports.push(report)
    if (report.error !== undefined) taken.push(producer.produce(again, 0, 1, 99, 0))
  }
  const events = { delivered, transactionFailed: () => undefined, producerError: () => undefined }
  ;({ producer } = createFakeTransport(cluster, { group: 'g', outputTopics: ['out'], events }))
  await producer.connect()
  const stored = (partition: number) => cluster.log(place(partition)).records.map(({ value }) => String(value))
  const idle = async () => {
    while (producer.outstanding > 0) await new Promise(resolve => setTimeout(resolve, 1))
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  return { cluster, producer, reports, taken, stored, idle }
}

describe('fake producer', () => {
  test('a refused row fails every row of its partition that is under way, and no other', async () => {
    const { cluster, producer, reports, stored, idle } = await producing()
    cluster.refuse = is('b')
    producer.produce(rowsOf('a', 'b', 'c'), 0, 3, 1, 0)
    producer.produce(rowsOf('d'), 0, 1, 2, 1)
    await idle()
    expect(reports).toEqual([
      { batch: 1, rows: 3, error: TOO_LARGE },
      { batch: 2, rows: 1 }
    ])
    expect([stored(0), stored(1)]).toEqual([[], ['d']])
  })

  test('rows of other partitions may be given up with it, written or not', async () => {
    for (const bystanders of ['given up', 'given up, but written'] as const) {
      const { cluster, producer, reports, stored, idle } = await producing()
      cluster.refuse = is('b')
      cluster.bystanders = bystanders
      producer.produce(rowsOf('a', 'b'), 0, 2, 1, 0)
      producer.produce(rowsOf('c'), 0, 1, 2, 1)
      await idle()
      expect(reports.map(({ batch, rows, error }) => [batch, rows, error?.code])).toEqual([
        [1, 2, 10],
        [2, 1, -152]
      ])
      expect([stored(0), stored(1)]).toEqual([[], bystanders === 'given up' ? [] : ['c']])
    }
  })

  test('after a failure nothing is taken until all that was handed over before has been told', async () => {
    const { cluster, producer, reports, taken, stored, idle } = await producing()
    cluster.refuse = is('a')
    producer.produce(rowsOf('a'), 0, 1, 1, 0)
    producer.produce(rowsOf('b'), 0, 1, 2, 0)
    producer.produce(rowsOf('d'), 0, 1, 3, 1)
    while (reports.length === 0) await new Promise(setImmediate)
    expect([taken, producer.outstanding, producer.produce(rowsOf('e'), 0, 1, 4, 0)]).toEqual([[0, 0], 1, 0])
    await idle()
    expect(producer.produce(rowsOf('e'), 0, 1, 4, 0)).toBe(1)
    await idle()
    expect(reports.map(({ batch }) => batch)).toEqual([1, 2, 3, 4])
    expect(stored(0)).toEqual(['e'])
  })

  test('rows that are sent alone are judged by themselves, in order, with those handed over before them', async () => {
    const { cluster, producer, stored } = await producing()
    cluster.refuse = is('b')
    const slab = rowsOf('a', 'b', 'c')
    producer.produce(rowsOf('first'), 0, 1, 1, 0)
    const results = await Promise.all([0, 1, 2].map(row => producer.produceAlone(slab, row, 0)))
    expect(results).toEqual([undefined, TOO_LARGE, undefined])
    expect(stored(0)).toEqual(['first', 'a', 'c'])
  })

  test('rows time out by a call, held or not, and may have arrived all the same', async () => {
    const { cluster, producer, reports, stored, idle } = await producing()
    cluster.holdAcknowledgements()
    producer.produce(rowsOf('a'), 0, 1, 1, 0)
    const alone = producer.produceAlone(rowsOf('b'), 0, 0)
    producer.produce(rowsOf('c'), 0, 1, 2, 1)
    cluster.timeOut(place(0), true)
    const error = { code: -192, message: 'message timed out' }
    expect(await alone).toEqual(error)
    expect(reports).toEqual([{ batch: 1, rows: 1, error }])
    expect([stored(0), producer.outstanding]).toEqual([['a', 'b'], 1])
    cluster.timeOut(place(1))
    await idle()
    expect(stored(1)).toEqual([])
    expect(producer.produce(rowsOf('d'), 0, 1, 3, 0)).toBe(1)
  })

  test('nothing is acknowledged while no broker can be reached', async () => {
    const { cluster, producer, reports, stored, idle } = await producing()
    cluster.down = 'unplugged'
    producer.produce(rowsOf('a'), 0, 1, 1, 0)
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    expect([reports, stored(0)]).toEqual([[], []])
    cluster.down = undefined
    await idle()
    expect(reports).toEqual([{ batch: 1, rows: 1 }])
  })
})
