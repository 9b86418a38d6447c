import { transportFactory } from '../../src/kafka/create-transport.ts'

const transports = ['auto', 'native', 'kafka-javascript'] as const
const asked = process.env.TEST_TRANSPORT ?? 'auto'
const found = transports.find(name => name === asked)
if (found === undefined) throw new Error(`TEST_TRANSPORT is one of ${transports.join(', ')}`)

/** What the tests of the integration tier run on: the addon where it is built, or TEST_TRANSPORT. */
export const testedTransport = found

export const createTestedTransport = await transportFactory(
  { transport: testedTransport, nativeLibrary: undefined },
  () => undefined
)
