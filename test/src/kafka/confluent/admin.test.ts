import { expect, test } from 'vitest'
import { ConfluentAdmin } from '../../../../src/kafka/confluent/admin.ts'
import { createEmbeddedTopics, startEmbeddedBroker } from '../../../../src/kafka/embedded-broker.ts'
import { ErrorCode } from '../../../../src/kafka/kafka-error.ts'

// The addon is given a handle that has been freed then, and takes the process down.
test('disconnected in the midst of calls, it ends after them, and takes no more', async () => {
  const broker = await startEmbeddedBroker()
  await createEmbeddedTopics(broker.bootstrap, ['demo'])
  const admin = new ConfluentAdmin({ 'bootstrap.servers': broker.bootstrap })
  await admin.connect()
  const ask = () => admin.endOffsets([{ topic: 'demo', partition: 0 }])
  const underWay = Array.from({ length: 20 }, ask)
  const over = admin.disconnect()
  await expect(ask()).rejects.toMatchObject({ code: ErrorCode.STATE })
  expect(await Promise.all(underWay)).toEqual(underWay.map(() => [{ topic: 'demo', partition: 0, offset: 0 }]))
  await over
  await expect(ask()).rejects.toMatchObject({ code: ErrorCode.STATE })
  await expect(admin.partitionCounts()).rejects.toMatchObject({ code: ErrorCode.STATE })
  await broker.stop()
})

test('disconnecting one that never connected is harmless', async () => {
  const admin = new ConfluentAdmin({ 'bootstrap.servers': '127.0.0.1:1' })
  await admin.disconnect()
  await expect(admin.partitionCounts()).rejects.toMatchObject({ code: ErrorCode.STATE })
})
