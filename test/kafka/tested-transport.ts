import { transportFactory } from '../../src/kafka/create-transport.ts'

/** With TEST_TRANSPORT=native the tests of the integration tier run on that. */
export const testedTransport = process.env.TEST_TRANSPORT === 'native' ? 'native' : 'kafka-javascript'

export const createTestedTransport = await transportFactory(
  { transport: testedTransport, nativeLibrary: undefined },
  () => undefined
)
