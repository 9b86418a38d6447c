import { inject } from 'vitest'
import { ConfluentHarness, type GroupKind } from './confluent-harness.ts'
import { describeGroupsOf, describeJoiningOf, describeTransport } from './transport.contract.ts'

const brokers = process.env.TEST_BROKERS ?? inject('brokers')
const skipped = brokers === undefined
const start = (kind: GroupKind) => () => ConfluentHarness.start(brokers ?? '', kind)
const name = 'kafka-javascript'

describeTransport(name, start('cooperative'), skipped)
describeJoiningOf(`${name}, joins`, start('cooperative'), skipped)
describeGroupsOf(`${name}, range`, { incremental: false, named: false }, start('eager'), skipped)
describeGroupsOf(`${name}, KIP-848`, { incremental: true, named: false }, start('consumer'), skipped)
describeGroupsOf(`${name}, static members`, { incremental: true, named: true }, start('named'), skipped)
