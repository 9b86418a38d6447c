import { inject } from 'vitest'
import { createNativeTransport } from '../../src/kafka/native/transport.ts'
import { isAvailable } from '../src/kafka/native/available.ts'
import { ConfluentHarness, type GroupKind } from './confluent-harness.ts'
import { describeGroupsOf, describeJoiningOf, describeTransport } from './transport.contract.ts'

const brokers = process.env.TEST_BROKERS ?? inject('brokers')
const skipped = brokers === undefined || !isAvailable
const start = (kind: GroupKind) => () =>
  ConfluentHarness.start(brokers ?? '', kind, options => createNativeTransport(options))
const name = 'native'

describeTransport(name, start('cooperative'), skipped)
describeJoiningOf(`${name}, joins`, start('cooperative'), skipped)
describeGroupsOf(`${name}, range`, { incremental: false, named: false }, start('eager'), skipped)
describeGroupsOf(`${name}, KIP-848`, { incremental: true, named: false }, start('consumer'), skipped)
describeGroupsOf(`${name}, static members`, { incremental: true, named: true }, start('named'), skipped)
