import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePartitions } from '../../../src/control/partition-list.ts'
import { namesOf } from '../../../src/telemetry/events.ts'

const partitions = (topic: string, ...numbers: number[]) => numbers.map(partition => ({ topic, partition }))

describe('a list of partitions', () => {
  test('is read as it is written, each once', () => {
    expect(parsePartitions(['logins/0-2,7', 'a.b_c-d/5', 'logins/2-3'])).toEqual([
      ...partitions('logins', 0, 1, 2, 7),
      ...partitions('a.b_c-d', 5),
      ...partitions('logins', 3)
    ])
    expect(parsePartitions([])).toEqual([])
  })

  test('is what the log names partitions by', () => {
    const some = fc.uniqueArray(fc.record({ topic: fc.constantFrom('a', 'b-1', 'c.d'), partition: fc.nat(40) }), {
      selector: ({ topic, partition }) => `${topic}/${partition}`,
      minLength: 1
    })
    fc.assert(
      fc.property(some, some => {
        const read = parsePartitions(namesOf(some).split(' '))
        expect(new Set(read.map(each => JSON.stringify(each)))).toEqual(new Set(some.map(each => JSON.stringify(each))))
      })
    )
  })

  test.each(['logins', 'logins/', '/3', 'logins/a', 'logins/1,', 'logins/-1', 'logins/1-', 'lo gins/1', 'a/b/1', ''])(
    'is refused: %s',
    text => {
      expect(() => parsePartitions([text])).toThrow('names no partitions: write topic/0-3,5')
    }
  )

  test('that goes backwards, or on for ever, is refused', () => {
    expect(() => parsePartitions(['logins/3-1'])).toThrow("'logins/3-1': 3-1 goes backwards")
    expect(() => parsePartitions(['logins/0-9999999'])).toThrow('too many partitions')
    const many = Array.from({ length: 11 }, (_, topic) => `t${topic}/0-9999`)
    expect(() => parsePartitions(many)).toThrow('too many partitions')
  })

  test('shows what was written as far as it can be shown', () => {
    expect(() => parsePartitions([`\u001b[2J${'x'.repeat(100)}`])).toThrow(/^'\?\[2Jx{56}\.\.\.' names/)
  })
})
