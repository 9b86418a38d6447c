import { expect, test } from 'vitest'
import { namesOf } from '../../../src/telemetry/events.ts'

const logins = (...partitions: number[]) => partitions.map(partition => ({ topic: 'logins', partition }))

test('partitions are named in ranges, by topic', () => {
  expect(namesOf([...logins(5, 0, 1, 2, 10), { topic: 'other', partition: 3 }])).toBe('logins/0-2,5,10 other/3')
  expect(namesOf(logins(9, 10))).toBe('logins/9-10')
  expect(namesOf([])).toBe('')
})
