import { inject } from 'vitest'
import { loadAddon, NativeUnavailable } from '../../src/kafka/native/addon.ts'
import { createNativeTransport } from '../../src/kafka/native/transport.ts'
import { ConfluentHarness, type GroupKind } from './confluent-harness.ts'
import { describeGroupsOf, describeTransport } from './transport.contract.ts'

const brokers = process.env.TEST_BROKERS ?? inject('brokers')
const skipped = brokers === undefined || !isAvailable()
const start = (kind: GroupKind) => () =>
  ConfluentHarness.start(brokers ?? '', kind, options => createNativeTransport(options))
const name = 'native'

describeTransport(name, start('cooperative'), skipped)
describeGroupsOf(`${name}, range`, { incremental: false, named: false }, start('eager'), skipped)
describeGroupsOf(`${name}, KIP-848`, { incremental: true, named: false }, start('consumer'), skipped)
describeGroupsOf(`${name}, static members`, { incremental: true, named: true }, start('named'), skipped)

/** The addon takes a compiler and a librdkafka; where they are to be, as in CI, it must not be missing unnoticed. */
function isAvailable(): boolean {
  try {
    loadAddon()
    return true
  } catch (error) {
    if (process.env.CI === 'true' || !(error instanceof NativeUnavailable)) throw error
    console.warn(`tests of the native transport are SKIPPED: ${error.message}`)
    return false
  }
}
