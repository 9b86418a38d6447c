import { expect, test } from 'vitest'
import { propertiesFile, singleBrokerProperties } from '../../../scripts/broker/kafka-properties.ts'

test('the broker is reached from this machine only, and makes no topics by itself', () => {
  const properties = singleBrokerProperties({ port: 1234, controllerPort: 5678, dataDir: '/data' })
  expect(properties.listeners).toBe('PLAINTEXT://127.0.0.1:1234,CONTROLLER://127.0.0.1:5678')
  expect(properties['auto.create.topics.enable']).toBe(false)
})

test('a backslash in a path survives the format of a properties file', () => {
  expect(propertiesFile({ 'log.dirs': 'a\\b', 'node.id': 1 })).toBe('log.dirs=a\\\\b\nnode.id=1\n')
})
