import { expect, test } from 'vitest'
import { mistakes } from '../shout-pipeline.ts'

const library = { NATIVE_LIBRARY: '/usr/lib/librdkafka.so.1' }

test('a librdkafka that nobody would load is a mistake', () => {
  const message = 'NATIVE_LIBRARY, TRANSPORT: kafka-javascript always uses the librdkafka that it was built with'
  expect(mistakes({ ...library, TRANSPORT: 'kafka-javascript' })).toContain(message)
  for (const TRANSPORT of ['native', 'auto']) expect(mistakes({ ...library, TRANSPORT })).toBe('')
})
