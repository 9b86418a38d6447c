import { expect, test } from 'vitest'
import { FirstFailure, isItsStop } from '../../../../src/kafka/librdkafka/bulk-client.ts'

const TOO_LARGE = { code: 10, message: 'too large' }

test('a client fails once: what comes after the first failure is said to be given up', () => {
  let failed = 0
  const failure = new FirstFailure({ 'delivery.timeout.ms': 1000 }, () => failed++)
  expect(failure.is(TOO_LARGE)).toBe(true)
  expect(failure.is({ code: -192, message: 'timed out' })).toBe(false)
  failure.keepTime(performance.now() - 5000)
  expect(failed).toBe(1)
  expect(failure.ofTheRest).toEqual({ code: -152, message: expect.stringContaining('another row has failed') })
})

test('rows that take longer than the delivery timeout fail the client, and have all failed of that', () => {
  let failed = 0
  const failure = new FirstFailure({ 'delivery.timeout.ms': 1000 }, () => failed++)
  failure.keepTime(undefined)
  failure.keepTime(performance.now() - 500)
  expect(failed).toBe(0)
  failure.keepTime(performance.now() - 1500)
  expect(failed).toBe(1)
  expect(failure.ofTheRest).toEqual({ code: -192, message: 'a row has not been acknowledged within 1000 ms' })
})

test('that a client stops where a row was refused is no error of its own', () => {
  expect(isItsStop({ code: -150, message: 'Unable to guarantee gap-less guarantee for x [0]' })).toBe(true)
  expect(isItsStop(TOO_LARGE)).toBe(false)
})
