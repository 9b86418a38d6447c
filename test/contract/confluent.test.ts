import { inject } from 'vitest'
import { ConfluentHarness } from './confluent-harness.ts'
import { describeTransport } from './transport.contract.ts'

const brokers = process.env.TEST_BROKERS ?? inject('brokers')

describeTransport('kafka-javascript', () => ConfluentHarness.start(brokers ?? ''), brokers === undefined)
