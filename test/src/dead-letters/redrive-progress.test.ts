import { describe, expect, test } from 'vitest'
import { RedriveProgress } from '../../../src/dead-letters/redrive-progress.ts'
import type { RedriveTerms } from '../../../src/dead-letters/redrive-terms.ts'
import { deadLetterOf, GROUP } from '../../fixtures/dead-letters.ts'

const all: RedriveTerms = { filter: {} }
const invalid: RedriveTerms = { filter: { reasons: ['invalid'] } }
const notJson: RedriveTerms = { filter: { reasons: ['not-json'] } }
const nothing = { left: [], taken: [] }
const none = { offset: -1, metadata: '' }

const at = (offset: number, reason: 'invalid' | 'not-json' = 'invalid') =>
  deadLetterOf({ reason, position: { topic: 'dlq', partition: 0, offset } })

/** Written and read again, as the next redrive finds it. */
const kept = (progress: RedriveProgress, begin = 0) => RedriveProgress.read(progress.write(), begin)

test('a redrive goes on where one on the same terms has ended', () => {
  const progress = kept(RedriveProgress.read(none, 10).advanced({ from: 10, to: 50, terms: invalid }, nothing), 10)
  expect(progress.start(invalid)).toBe(50)
  expect(progress.isDone(at(49), GROUP)).toBe(true)
  expect(progress.isDone(at(50), GROUP)).toBe(false)
})

test('one that asks for others begins at the beginning, and knows what has been taken', () => {
  const progress = kept(RedriveProgress.read(none, 0).advanced({ from: 0, to: 50, terms: invalid }, nothing))
  expect(progress.start(notJson)).toBe(0)
  expect(progress.start(all)).toBe(0)
  expect(progress.isDone(at(7), GROUP)).toBe(true)
  expect(progress.isDone(at(7, 'not-json'), GROUP)).toBe(false)
})

test('one that asks for less than has been taken has nothing to do', () => {
  const progress = kept(RedriveProgress.read(none, 0).advanced({ from: 0, to: 50, terms: all }, nothing))
  expect(progress.start(invalid)).toBe(50)
  expect(progress.offset).toBe(50)
})

test('the offset that tools see is where nothing is left, whatever one asks for', () => {
  const filtered = RedriveProgress.read(none, 5).advanced({ from: 5, to: 50, terms: invalid }, nothing)
  expect(filtered.write().offset).toBe(5)
  expect(filtered.advanced({ from: 5, to: 20, terms: all }, nothing).write().offset).toBe(20)
})

test('an offset that another tool has set means that everything before it is done', () => {
  const progress = RedriveProgress.read({ offset: 30, metadata: '' }, 0)
  expect(progress.start(notJson)).toBe(30)
  expect(progress.isDone(at(29), GROUP)).toBe(true)
})

describe('what was left', () => {
  const progress = kept(
    RedriveProgress.read(none, 0).advanced({ from: 0, to: 50, terms: all }, { left: [20, 30], taken: [] })
  )

  test('is looked at again, and nothing else is', () => {
    expect(progress.start(all)).toBe(20)
    expect(progress.offset).toBe(20)
    expect([19, 20, 21, 30].filter(offset => !progress.isDone(at(offset), GROUP))).toEqual([20, 30])
  })

  test('is done when it has been taken', () => {
    const later = kept(progress.advanced({ from: 20, to: 50, terms: all }, { left: [30], taken: [20] }))
    expect(later.start(all)).toBe(30)
    expect(later.isDone(at(20), GROUP)).toBe(true)
  })

  test('is forgotten when the topic has deleted it', () => {
    expect(kept(progress, 25).start(all)).toBe(30)
    expect(kept(progress, 60).start(all)).toBe(60)
  })

  test('is a hundred dead letters at most', () => {
    const many = Array.from({ length: 99 }, (_, index) => index)
    const nearly = RedriveProgress.read(none, 0).advanced({ from: 0, to: 99, terms: all }, { left: many, taken: [] })
    expect(nearly.isFull).toBe(false)
    expect(nearly.advanced({ from: 0, to: 100, terms: all }, { left: [99], taken: [] }).isFull).toBe(true)
  })
})

describe('what is kept', () => {
  test('is nothing of what the topic has deleted', () => {
    const progress = RedriveProgress.read(none, 0).advanced({ from: 0, to: 50, terms: invalid }, nothing)
    expect(kept(progress, 50).write()).toEqual({ offset: 50, metadata: '{"passes":[],"left":[]}' })
  })

  const since = (sinceMs: number): RedriveTerms => ({ filter: { groups: [GROUP], sinceMs } })

  test('says everything once: a redrive without a filter lets all before it be forgotten', () => {
    let progress = RedriveProgress.read(none, 0)
    for (let time = 10; time > 0; time--) progress = progress.advanced({ from: 0, to: 90, terms: since(time) }, nothing)
    expect(progress.write().metadata.match(/"from"/g)).toHaveLength(1)
    progress = progress.advanced({ from: 0, to: 40, terms: all }, nothing)
    progress = progress.advanced({ from: 40, to: 100, terms: all }, nothing)
    expect(progress.write().metadata).toBe('{"passes":[{"from":0,"to":100,"terms":{"filter":{}}}],"left":[]}')
  })

  test('fits beside an offset; more than fits is refused before anything is done', () => {
    let progress = RedriveProgress.read(none, 0)
    let passes = 0
    const end = 9_007_199_254_740_991
    const left = Array.from({ length: 100 }, (_, index) => end - index)
    // Each asks for more than the one before, and comes less far: none says what another one does.
    const next = () => ({ from: 0, to: end - passes, terms: since(1e12 - passes) })
    while (passes < 100 && progress.hasRoomFor(next().terms, end)) {
      progress = progress.advanced(next(), { left, taken: [] })
      passes++
      expect(Buffer.byteLength(progress.write().metadata)).toBeLessThanOrEqual(4096)
    }
    expect(progress.write().metadata.match(/"from"/g)).toHaveLength(passes)
    expect(passes).toBeGreaterThan(15)
    expect(passes).toBeLessThan(100)
    expect(progress.hasRoomFor(all, end)).toBe(true)
  })
})
