import { expect, test } from 'vitest'
import { destinations, STRANGER } from './evidence.ts'
import { KILL_HEADER } from './kill-ways.ts'
import { Logins, numberOf } from './logins.ts'

const RECORDS = 500
const logins = new Logins({ seed: 3, rate: 1000, records: RECORDS, workerKills: 3 })
const numbers = Array.from({ length: RECORDS }, (_, number) => number)
const killers = numbers.filter(number => logins.at(number).headers.some(({ name }) => name === KILL_HEADER))

test('logins come to every destination, and can be told by their numbers', () => {
  expect(new Set(numbers.map(number => logins.destinationOf(number)))).toEqual(new Set(destinations))
  expect(numbers.map(number => numberOf(logins.at(number).headers, RECORDS))).toEqual(numbers)
  expect(numberOf([], RECORDS)).toBe(STRANGER)
  expect(numberOf(logins.at(RECORDS).headers, RECORDS)).toBe(STRANGER)
})

test('as many logins as were asked for kill their worker, each in another way, and become dead letters', () => {
  const ways = killers.map(number => String(logins.at(number).headers.at(-1)?.value))
  expect(ways).toEqual(['exit', 'hang', 'heap'])
  expect(killers.map(number => logins.destinationOf(number))).toEqual(['dead-letter', 'dead-letter', 'dead-letter'])
})

test('a row with another key, or with anything else in it, is torn', () => {
  for (const number of numbers) {
    const destination = logins.destinationOf(number)
    if (destination === 'processed') continue
    const { key, value } = logins.at(number)
    expect(logins.isTorn(number, destination, { key, value })).toBe(false)
    expect(logins.isTorn(number, destination, { key: Buffer.from('x'), value })).toBe(true)
    expect(logins.isTorn(number, destination, { key, value: logins.at(number + 1).value })).toBe(true)
  }
})

test('a result is torn unless it is what the pipeline makes of its login', () => {
  const [one, other] = numbers.filter(number => logins.destinationOf(number) === 'processed')
  const { key } = logins.at(one)
  expect(logins.isTorn(one, 'processed', { key, value: logins.at(one).value })).toBe(true)
  const value = logins.resultOf(one)
  expect(logins.isTorn(one, 'processed', { key, value })).toBe(false)
  expect(logins.isTorn(one, 'processed', { key, value: logins.resultOf(other) })).toBe(true)
})
