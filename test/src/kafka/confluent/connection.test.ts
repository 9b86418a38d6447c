import { expect, test } from 'vitest'
import { Producer, WITHOUT_TOPIC_PROPERTIES } from '../../../../src/kafka/confluent/client.ts'
import { connectClient, disconnectClient } from '../../../../src/kafka/confluent/connection.ts'

const producerTo = (bootstrap: string) => () =>
  new Producer({ 'bootstrap.servers': bootstrap }, WITHOUT_TOPIC_PROPERTIES)

test('a broker that is not there is tried again, each time with a new client, and then named as the cause', async () => {
  let clients = 0
  const make = () => {
    clients++
    return producerTo('127.0.0.1:1')()
  }
  await expect(connectClient('producer', make, [300, 300])).rejects.toMatchObject({
    message: expect.stringMatching(/^the producer can't connect: 127\.0\.0\.1:1.*Connection refused/),
    code: -195
  })
  expect(clients).toBe(2)
})

test('a property that the client does not know is said at once', async () => {
  const make = () => new Producer({ 'no.such.property': 1 } as object, WITHOUT_TOPIC_PROPERTIES)
  await expect(connectClient('producer', make)).rejects.toThrow('no.such.property')
})

test('disconnecting a client that never connected is harmless', async () => {
  await expect(disconnectClient(producerTo('127.0.0.1:1')(), 'producer', 0)).resolves.toBeUndefined()
})
