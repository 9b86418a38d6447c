import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { partitionOfRow } from '../../../../src/kafka/placement.ts'
import type { AssignedPartition, DeliveryReport, RecordConsumer } from '../../../../src/kafka/ports.ts'
import { createNativeTransport } from '../../../../src/kafka/native/transport.ts'
import {
  createEmbeddedTopics,
  startEmbeddedBroker,
  type EmbeddedBroker
} from '../../../../src/kafka/embedded-broker.ts'
import { shapeOf } from '../../../../src/slabs/layout.ts'
import { readRecord } from '../../../../src/slabs/reader.ts'
import { Slab } from '../../../../src/slabs/slab.ts'
import { SlabWriter, type IncomingRecord } from '../../../../src/slabs/writer.ts'
import { slabOf } from '../../../contract/rows.ts'
import { Sender } from '../../../contract/sender.ts'
import { recordContent } from '../../../fixtures/records.ts'
import { addon, describeOnAddon } from './available.ts'

const TOPIC = 'native-slabs'
const PARTITIONS = 4

/** Names of librdkafka's end at a zero, as in every client of its. Records without a time get the present. */
const row = recordContent.map(({ headers, timestampMs, key, value }) => ({
  key,
  value,
  timestampMs: Math.max(timestampMs % 4_000_000_000_000, 1),
  headers: headers.map(({ name, value }) => ({ name: name.replaceAll('\0', '0'), value }))
}))

describeOnAddon('what the addon does with slabs', () => {
  let broker: EmbeddedBroker
  let sender: Sender
  let consumer: RecordConsumer
  const assigned: AssignedPartition[] = []
  let slab: Slab

  /** What is in the slab now, as objects of their own. */
  const taken = (): IncomingRecord[] => {
    const records: IncomingRecord[] = []
    for (let batch = 0; batch < slab.batches; batch++) {
      for (let index = slab.batchFirstRecord[batch]; index < slab.batchEnd(batch); index++) {
        const { key, value, headers, ...rest } = readRecord(slab, batch, index)
        const copied = headers.map(header => ({ name: header.name, value: Buffer.from(header.value) }))
        records.push({ ...rest, key: key && Buffer.from(key), value: value && Buffer.from(value), headers: copied })
      }
    }
    return records
  }

  const poll = async (): Promise<IncomingRecord[]> => {
    // With columns between those that the addon knows.
    slab = Slab.allocate(shapeOf(16, 64 * 1024, 3))
    const { events } = await consumer.poll(new SlabWriter(slab, 1_000_000))
    const offered = events.flatMap(event => (event.type === 'assigned' ? event.partitions : []))
    for (const { topic, partition } of offered) assigned.push({ topic, partition, epoch: assigned.length + 1 })
    if (offered.length > 0) consumer.assign(assigned.map(at => Object.assign({ offset: 0 }, at)))
    return taken()
  }

  const until = async (count: number): Promise<IncomingRecord[]> => {
    const records: IncomingRecord[] = []
    while (records.length < count) records.push(...(await poll()))
    return records
  }

  beforeAll(async () => {
    broker = await startEmbeddedBroker()
    await createEmbeddedTopics(broker.bootstrap, [TOPIC])
    const bootstrap = { 'bootstrap.servers': broker.bootstrap }
    const transport = () => (options: { events?: { delivered?(report: DeliveryReport): void } }) =>
      createNativeTransport(
        {
          consumerProperties: {
            ...bootstrap,
            'group.id': 'slabs',
            'fetch.wait.max.ms': 10,
            'enable.auto.commit': false
          },
          producerProperties: { ...bootstrap, 'enable.idempotence': true, 'linger.ms': 0 },
          outputTopics: [TOPIC],
          events: {
            delivered: report => options.events?.delivered?.(report),
            transactionFailed: () => undefined,
            producerError: () => undefined
          }
        },
        addon
      )
    const made = transport()
    ;({ consumer } = made({}))
    await consumer.connect()
    consumer.subscribe([TOPIC])
    sender = await Sender.connect({ transport: made }, {})
    while (assigned.length < PARTITIONS) await poll()
  })
  afterAll(async () => {
    await consumer.disconnect()
    await sender.disconnect()
    await broker.stop()
  })

  test('rows come back as they were, each from where it belongs, and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), fc.nat(1000), async (rows, inputPartition) => {
        const from = slabOf(rows)
        expect(sender.producer.produce(from, 0, rows.length, 1, inputPartition)).toBe(rows.length)
        const back = await until(rows.length)
        for (let partition = 0; partition < PARTITIONS; partition++) {
          const sent = rows.filter((_, index) => partitionOfRow(from, index, inputPartition, PARTITIONS) === partition)
          const arrived = back.filter(record => record.partition === partition)
          expect(arrived.map(({ key, value, headers, timestampMs }) => ({ key, value, headers, timestampMs }))).toEqual(
            sent.map(({ key, value, headers, timestampMs }) => ({ key, value, headers, timestampMs }))
          )
          const offsets = arrived.map(({ offset }) => offset)
          expect(offsets).toEqual(offsets.map((_, index) => offsets[0] + index))
        }
        await sender.settled()
      }),
      { numRuns: 60 }
    )
    expect(sender.reports.filter(({ error }) => error !== undefined)).toEqual([])
  })

  test('a slab that the addon has filled reads as one that the writer has filled', async () => {
    const rows = Array.from({ length: 10 }, (_, i) => ({
      key: i % 3 === 0 ? null : Buffer.from(`k${i}`),
      value: i % 4 === 0 ? null : Buffer.alloc(i * 10, i),
      headers: [{ name: 'größe', value: Buffer.from([i]) }],
      timestampMs: 1_700_000_000_000 + i
    }))
    sender.producer.produce(slabOf(rows), 0, rows.length, 2, 0)
    const records: IncomingRecord[] = []
    while (records.length < rows.length) {
      const before = await poll()
      records.push(...before)
      const written = Slab.allocate(slab.shape)
      const writer = new SlabWriter(written, 1_000_000)
      let index = 0
      for (let batch = 0; batch < slab.batches; batch++) {
        for (; index < slab.batchEnd(batch); index++) writer.append(slab.batchEpoch[batch], before[index])
      }
      const upTo = slab.places.rowWords
      expect(Buffer.compare(slab.bytes.subarray(0, upTo), written.bytes.subarray(0, upTo))).toBe(0)
      const inputEnd = slab.header[5]
      const input = (of: Slab) => of.bytes.subarray(of.places.input, inputEnd)
      expect(Buffer.compare(input(slab), input(written))).toBe(0)
    }
    await sender.settled()
  })
})
