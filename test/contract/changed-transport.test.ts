import { describe, expect, inject, test } from 'vitest'
import { createConfluentTransport } from '../../src/kafka/confluent/transport.ts'
import { createNativeTransport } from '../../src/kafka/native/transport.ts'
import { isAvailable } from '../src/kafka/native/available.ts'
import { ConfluentHarness, type MakeTransport } from './confluent-harness.ts'
import { uniqueName } from './harness.ts'
import { Member } from './member.ts'

const brokers = process.env.TEST_BROKERS ?? inject('brokers')
const native: MakeTransport = options => createNativeTransport(options)

/** As it is where processors are given another transport one after the other, or have none but the one. */
describe.skipIf(brokers === undefined || !isAvailable)('what a group has committed by one transport', () => {
  const start = (make: MakeTransport) => ConfluentHarness.start(brokers ?? '', 'cooperative', make)

  test.for([
    ['kafka-javascript', 'native', createConfluentTransport, native],
    ['native', 'kafka-javascript', native, createConfluentTransport],
    ['native', 'native', native, native]
  ] as const)('%s, is the same by %s, to the last byte', async ([, , before, after]) => {
    const [writing, reading] = [await start(before), await start(after)]
    const group = uniqueName('group')
    const topic = await writing.createTopic(1)
    const first = await new Member(writing.transport({ group }).consumer).join([topic])
    // As long as it is joining, the group may take its commits or refuse them.
    await first.pollUntil(() => first.assigned().length === 1)
    const second = reading.transport({ group }).consumer
    await second.connect()
    // As much as brokers take, as it is read, and beyond ASCII.
    for (const metadata of ['{"v":1,"summary":{}}', 'état ✓', 'x'.repeat(4095)]) {
      await first.consumer.commit([{ topic, partition: 0, offset: 1, metadata }])
      expect(await second.committed([{ topic, partition: 0 }])).toEqual([{ topic, partition: 0, offset: 1, metadata }])
    }
    await Promise.all([first.consumer.disconnect(), second.disconnect()])
    await Promise.all([writing.close(), reading.close()])
  })
})
