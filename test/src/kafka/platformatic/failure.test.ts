import { MultipleErrors, NetworkError, ProtocolError, ResponseError } from '@platformatic/kafka'
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { ErrorCode, KafkaError } from '../../../../src/kafka/kafka-error.ts'
import { asKafkaError, codeOf, isAddressAsName } from '../../../../src/kafka/platformatic/failure.ts'

const refused = new ResponseError(19, 7, { '/topics/0': [40, 'Unknown topic config name: nonsense'] }, {})
const unreachable = new NetworkError('Connection to kafka:9092 failed.', { cause: new Error('connect ECONNREFUSED') })

test('what a broker said stands in the message, through all layers, with its code', () => {
  const error = asKafkaError('create topic "a"', new MultipleErrors('Creating topics failed.', [refused]))
  expect(error).toBeInstanceOf(KafkaError)
  expect(error.message).toBe('can\'t create topic "a": Unknown topic config name: nonsense')
  expect(error.code).toBe(40)
})

test("where the broker gave no words, Kafka's own do", () => {
  const { message } = asKafkaError('read settings', new ProtocolError(29))
  expect(message).toMatch(/^can't read settings: .*[aA]uthoriz/)
  expect(message).not.toMatch(/\.$/)
})

test('of several attempts the last one counts, and what lies under it', () => {
  const error = new MultipleErrors('metadata failed 2 times.', [new Error('first'), unreachable])
  expect(asKafkaError('connect', error).message).toBe("can't connect: connect ECONNREFUSED")
  expect([asKafkaError('connect', error).code, codeOf(error)]).toEqual([ErrorCode.TRANSPORT, undefined])
})

test('an address that Node takes for no name of a server is known by its error', () => {
  const error = thrownBy(() => connect({ host: '127.0.0.1', port: 1, servername: '127.0.0.1' }))
  expect(isAddressAsName(new MultipleErrors('metadata failed 2 times.', [error]))).toBe(true)
  expect(isAddressAsName(unreachable)).toBe(false)
})

function thrownBy(act: () => { destroy(): void }): Error {
  try {
    act().destroy()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}
