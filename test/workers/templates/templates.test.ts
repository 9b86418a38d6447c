import { describe, expect, test } from 'vitest'
import { compileLayout } from '../../../workers/templates/compile-layout.ts'
import { Templates } from '../../../workers/templates/templates.ts'

/** Offers records as the parser does, and counts what that costs. */
function setUp() {
  let compiled = 0
  let tried = 0
  const templates = new Templates((layout, shortStrings) => {
    const match = compileLayout(layout, shortStrings)
    compiled++
    return (...text) => {
      tried++
      return match(...text)
    }
  })
  const offer = (record: object | string): boolean => {
    const bytes = Buffer.from(typeof record === 'string' ? record : JSON.stringify(record))
    const value = templates.match(bytes, 0, bytes.length)
    if (value === undefined) templates.learn(bytes, 0, bytes.length)
    return value !== undefined
  }
  return { offer, figures: () => ({ compiled, tried }) }
}

const layout = (number: number) => ({ id: number, [`field_${number}`]: 'x' })
const times = (count: number) => Array.from({ length: count }, (_, number) => number)

test('the second record of a layout matches', () => {
  const { offer } = setUp()
  expect([layout(1), layout(1), layout(2), layout(1), layout(2), layout(2), layout(1)].map(offer)).toEqual([
    false,
    true,
    false,
    true,
    false,
    true,
    true
  ])
})

test('eight layouts are all known soon, in whatever order they come', () => {
  const { offer, figures } = setUp()
  for (const count of times(2000)) offer(layout((count * 7) % 8))
  const before = figures()
  expect(times(1000).every(count => offer(layout((count * 5) % 8)))).toBe(true)
  expect(before.compiled).toBe(8)
})

test('with more layouts than are kept, the same ones stay', () => {
  const { offer, figures } = setUp()
  const matched = times(30_000).filter(count => offer(layout(count % 12))).length
  expect(figures().compiled).toBe(8)
  expect(matched).toBeGreaterThan(19_000)
})

test('the layout that matched last is tried first', () => {
  const { offer, figures } = setUp()
  for (const count of times(1000)) offer(layout(count % 8))
  offer(layout(3))
  const before = figures().tried
  for (const _ of times(100)) offer(layout(3))
  expect(figures().tried - before).toBe(100)
})

test('a record whose values are unusual does not make its layout known once more', () => {
  const { offer, figures } = setUp()
  for (const _ of times(100)) offer(layout(1))
  for (const count of times(100)) offer(`{"id":${count},"field_1":"é"}`)
  expect(figures().compiled).toBe(1)
  expect(times(16).some(() => offer(layout(1)))).toBe(true)
})

describe('10,000 different layouts', () => {
  test('cost a few templates, and soon they are hardly tried', () => {
    const { offer, figures } = setUp()
    for (const number of times(10_000)) offer(layout(number))
    expect(figures().compiled).toBeLessThanOrEqual(12)
    expect(figures().tried).toBeLessThan(10_000)
  })

  test('and one that comes again later is known before as many more have come', () => {
    const { offer } = setUp()
    for (const number of times(10_000)) offer(layout(number))
    for (const _ of times(20_000)) offer(layout(99_999))
    expect(times(1000).every(() => offer(layout(99_999)))).toBe(true)
  })

  test('among records of a known layout do not push it out', () => {
    const { offer, figures } = setUp()
    const matched = times(20_000).filter(number => offer(layout(number % 2 === 0 ? 99_999 : number))).length
    expect(matched).toBeGreaterThan(9900)
    expect(figures().compiled).toBeLessThan(20)
  })
})

test('layouts that have gone make room for others', () => {
  const { offer } = setUp()
  for (const generation of times(5)) {
    for (const count of times(30_000)) offer(layout(generation * 8 + (count % 8)))
    expect(times(100).every(count => offer(layout(generation * 8 + (count % 8))))).toBe(true)
  }
})

test('the same records always make the same templates', () => {
  const [one, other] = [setUp(), setUp()]
  for (const count of times(5000)) {
    const record = layout((count * count) % 23)
    expect(one.offer(record)).toBe(other.offer(record))
  }
  expect(one.figures()).toEqual(other.figures())
})
