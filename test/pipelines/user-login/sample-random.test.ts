import { describe, expect, test } from 'vitest'
import { NumberedRandom } from '../../../pipelines/user-login/sample-random.ts'

describe('random numbers of a seed and a number', () => {
  test('are the same each time', () => {
    const draw = () => {
      const random = new NumberedRandom(7, 2 ** 40 + 1)
      return [random.next(), random.below(10), random.fraction(), random.uuid()]
    }
    expect(draw()).toEqual(draw())
  })

  test('do not repeat from one number to the next, nor every 2^32 numbers', () => {
    const first = new Set<number>()
    for (let number = 0; number < 10_000; number++) {
      first.add(new NumberedRandom(7, number).next())
      first.add(new NumberedRandom(7, number + 2 ** 32).next())
    }
    expect(first.size).toBeGreaterThan(19_990)
  })

  test('are spread evenly', () => {
    const counts = Array.from({ length: 10 }, () => 0)
    for (let number = 0; number < 10_000; number++) counts[new NumberedRandom(1, number).below(10)]++
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})

test('a UUID is one of version 4', () => {
  for (let number = 0; number < 100; number++) {
    expect(new NumberedRandom(1, number).uuid()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    )
  }
})
