import { expect, test } from 'vitest'
import { brokerSettings } from '../../../scripts/broker/broker-settings.ts'

test('without settings nothing is forced, and an empty setting is none', () => {
  expect(brokerSettings({})).toEqual({ kind: undefined, port: undefined })
  expect(brokerSettings({ BROKER: '', BROKER_PORT: '' })).toEqual({ kind: undefined, port: undefined })
})

test('a kind and a port can be asked for', () => {
  expect(brokerSettings({ BROKER: 'embedded', BROKER_PORT: '9192' })).toMatchObject({
    kind: { name: 'embedded' },
    port: 9192
  })
})

test.each(['0', '65536', '9092x', '-1', '0x2384', 'tcp://10.0.0.1:9092'])('BROKER_PORT=%s is refused by name', port => {
  expect(() => brokerSettings({ BROKER_PORT: port })).toThrow(/BROKER_PORT/)
})

test('an unknown kind is refused by name', () => {
  expect(() => brokerSettings({ BROKER: 'localhost:9092' })).toThrow(/BROKER is 'localhost:9092'/)
})
