import { expect, test } from 'vitest'
import { clusterProperties } from '../../../scripts/broker/cluster-properties.ts'

const nodes = [
  { port: 1, controllerPort: 11 },
  { port: 2, controllerPort: 12 },
  { port: 3, controllerPort: 13 }
]

test('of three brokers any may be lost: each is a controller, and two of three replicas must have a record', () => {
  const properties = clusterProperties(nodes, 1, '/data')
  expect(properties['node.id']).toBe(2)
  expect(properties.listeners).toBe('PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:12')
  expect(properties['controller.quorum.voters']).toBe('1@127.0.0.1:11,2@127.0.0.1:12,3@127.0.0.1:13')
  const replication = Object.entries(properties).filter(([name]) => name.endsWith('replication.factor'))
  expect(replication.map(([, factor]) => factor)).toEqual([3, 3, 3, 3])
  expect(properties['min.insync.replicas']).toBe(2)
  expect(properties['transaction.state.log.min.isr']).toBe(2)
})

test('one alone keeps everything itself', () => {
  const properties = clusterProperties(nodes.slice(0, 1), 0, '/data')
  expect(properties['offsets.topic.replication.factor']).toBe(1)
  expect(properties['min.insync.replicas']).toBe(1)
})
