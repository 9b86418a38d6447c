import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isIpAddress } from '../../../pipelines/user-login/ip-masking.ts'
import { drawAddress, notAddresses } from '../../../pipelines/user-login/sample-addresses.ts'
import { NumberedRandom } from '../../../pipelines/user-login/sample-random.ts'
import { SampleUsers } from '../../../pipelines/user-login/sample-users.ts'

describe('users', () => {
  test('are the same whenever they are asked for, however many share a place', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        (seed, count, fractions) => {
          const users = new SampleUsers(seed, count)
          for (const fraction of [...fractions, ...fractions]) {
            const fresh = new SampleUsers(seed, count)
            expect(users.read(users.rowAt(fraction))).toEqual(fresh.read(fresh.rowAt(fraction)))
          }
        }
      ),
      { numRuns: 30 }
    )
  })

  test('a few log in far more often than the others: the busiest of 100,000 has one login in sixty', () => {
    const users = new SampleUsers(1, 100_000)
    const random = new NumberedRandom(1)
    const counts = new Map<number, number>()
    for (let login = 0; login < 60_000; login++) {
      const row = users.rowAt(random.fraction())
      counts.set(row, (counts.get(row) ?? 0) + 1)
    }
    const sorted = [...counts.values()].sort((a, b) => b - a)
    expect(sorted[0] / 60_000).toBeCloseTo(1 / 60, 2)
    const busiest = sorted.slice(0, 1000).reduce((sum, logins) => sum + logins, 0)
    expect(busiest / 60_000).toBeCloseTo(1 / 3, 1)
  })

  test('are as many as they are said to be', () => {
    for (const count of [1, 2, 3, 10]) {
      const users = new SampleUsers(1, count)
      const ids = new Set(Array.from({ length: 5000 }, (_, step) => users.read(users.rowAt(step / 5000)).id))
      expect(ids.size).toBe(count)
    }
  })

  test('have one to three devices, of the types in their proportions, with ids of both forms', () => {
    const users = new SampleUsers(1, 3000)
    const drawn = new Map(
      Array.from({ length: 20_000 }, (_, step) => users.rowAt(step / 20_000)).map(row => [row, users.read(row)])
    )
    const all = [...drawn.values()]
    for (const count of [1, 2, 3]) expect(all.some(({ devices }) => devices.length === count)).toBe(true)
    const devices = all.flatMap(user => user.devices)
    const share = (type: string) => devices.filter(device => device.type === type).length / devices.length
    for (const [type, expected] of [
      ['android', 0.55],
      ['iOS', 0.3],
      ['web', 0.15]
    ] as const) {
      expect(share(type)).toBeGreaterThan(expected - 0.04)
      expect(share(type)).toBeLessThan(expected + 0.04)
    }
    for (const { id } of devices) expect(id).toMatch(/^(\d{3}-\d\d-\d{4}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/)
  })
})

describe('addresses', () => {
  const random = new NumberedRandom(1)
  const drawn = Array.from({ length: 20_000 }, () => drawAddress(random))

  test('are all valid, for Node and for the pipeline', () => {
    expect(drawn.filter(address => isIP(address) === 0 || !isIpAddress(address))).toEqual([])
  })

  test.each([
    ['short', /^2001:db8:[0-9a-f]+::[0-9a-f]+$/],
    ['long', /^2001:0db8:[0-9a-f]{4}(:0000){4}:[0-9a-f]{4}$/],
    ['in capitals', /^2001:DB8:[0-9A-F]+::[0-9A-F]+$/],
    ['mapped', /^::ffff:\d+\.\d+\.\d+\.\d+$/],
    ['mapped in hexadecimal', /^::ffff:[0-9a-f]+:[0-9a-f]+$/],
    ['of version 4', /^\d+\.\d+\.\d+\.\d+$/]
  ])('come %s', (_, form) => {
    expect(drawn.filter(address => form.test(address)).length).toBeGreaterThan(50)
  })

  test('that are none are none', () => {
    expect(notAddresses.filter(isIpAddress)).toEqual([])
  })
})
