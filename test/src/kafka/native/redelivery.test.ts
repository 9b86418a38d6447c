import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  createEmbeddedTopics,
  startEmbeddedBroker,
  type EmbeddedBroker
} from '../../../../src/kafka/embedded-broker.ts'
import { flat, type NativeConsumerClient, type NativeProducerClient } from '../../../../src/kafka/native/addon.ts'
import { placesFor } from '../../../../src/kafka/native/slab-places.ts'
import { shapeOf } from '../../../../src/slabs/layout.ts'
import { Slab } from '../../../../src/slabs/slab.ts'
import { slabOf } from '../../../contract/rows.ts'
import { addon, describeOnAddon } from './available.ts'

const AT = { topic: 'native-redelivery', partition: 0 }
const RECORDS = 30
/** Far longer than a fetch takes. */
const QUIET_MS = 300
const MAX_RECORD_BYTES = 1_000_000

describeOnAddon('a consumer of the addon', () => {
  let broker: EmbeddedBroker
  let consumer: NativeConsumerClient
  const slab = Slab.allocate(shapeOf(64, 65_536))

  const fill = (most = slab.shape.records): number[] => {
    slab.clear()
    consumer.fill(slab.bytes, placesFor(slab), most, MAX_RECORD_BYTES)
    return Array.from({ length: slab.records }, (_, record) => slab.offsetOf(record))
  }

  const received = async (count: number): Promise<number[]> => {
    const offsets: number[] = []
    while (offsets.length < count) {
      offsets.push(...fill())
      await delay(5)
    }
    return offsets
  }

  /** Everything that comes for a while. */
  const meanwhile = async (): Promise<number[]> => {
    const offsets: number[] = []
    const endMs = performance.now() + QUIET_MS
    while (performance.now() < endMs) {
      offsets.push(...fill())
      await delay(5)
    }
    return offsets
  }

  const goBack = async (): Promise<void> => {
    const { problem, partitions } = await consumer.seek([{ ...AT, offset: 0 }], 2_000)
    expect([problem, partitions[0].code]).toEqual([undefined, 0])
  }

  beforeAll(async () => {
    broker = await startEmbeddedBroker()
    await createEmbeddedTopics(broker.bootstrap, [AT.topic])
    const producer = await writeTo(broker.bootstrap)
    await producer.close()
  })
  beforeEach(async () => {
    await consumer?.close()
    const properties = { 'bootstrap.servers': broker.bootstrap, 'group.id': 'none', 'fetch.wait.max.ms': 10 }
    consumer = new addon.Consumer(flat(properties), () => undefined)
    consumer.deliver(AT.topic, AT.partition, 1)
    consumer.assign([{ ...AT, offset: 0 }])
  })
  afterAll(async () => {
    await consumer.close()
    await broker.stop()
  })

  const all = Array.from({ length: RECORDS }, (_, offset) => offset)

  test('under one epoch delivers a record once, though librdkafka goes back', async () => {
    expect(await received(RECORDS)).toEqual(all)
    await goBack()
    expect(await meanwhile()).toEqual([])
  })

  test('takes no more records than it is to, and the next ones then', async () => {
    const offsets: number[] = []
    while (offsets.length < RECORDS) {
      const taken = fill(7)
      expect(taken.length).toBeLessThanOrEqual(7)
      offsets.push(...taken)
      await delay(1)
    }
    expect(offsets).toEqual(all)
  })

  test('under another epoch delivers it again', async () => {
    expect(await received(RECORDS)).toEqual(all)
    await goBack()
    consumer.drop(AT.topic, AT.partition)
    consumer.deliver(AT.topic, AT.partition, 2)
    expect(await received(RECORDS)).toEqual(all)
    expect([...slab.batchEpoch.subarray(0, slab.batches)]).toEqual([2])
  })

  test('delivers nothing of a partition without an epoch', async () => {
    consumer.deliver(AT.topic, AT.partition, 0)
    expect(await meanwhile()).toEqual([])
  })

  test('tells no record among its events', async () => {
    await received(RECORDS)
    const types = new Set((consumer.serve() ?? []).map(({ type }) => type))
    for (const type of types) expect(['log', 'error', 'statistics', 'end']).toContain(type)
  })
})

/** `RECORDS` rows, all of them in partition 0. */
async function writeTo(bootstrap: string): Promise<NativeProducerClient> {
  const properties = flat({ 'bootstrap.servers': bootstrap, 'enable.idempotence': true, 'linger.ms': 0 })
  const producer = new addon.Producer(properties, () => undefined)
  producer.setOutputs([AT.topic], [4])
  const slab = slabOf(Array.from({ length: RECORDS }, (_, i) => ({ value: Buffer.from(`${i}`) })))
  producer.produce(slab.bytes, placesFor(slab), 0, RECORDS, 1, 0)
  for (let acknowledged = 0; acknowledged < RECORDS; await delay(5)) {
    producer.serve()
    const told = producer.deliveries() ?? []
    for (let at = 0; at < told.length; at += 3) acknowledged += told[at + 2]
  }
  return producer
}
