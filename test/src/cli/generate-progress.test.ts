import { describe, expect, test } from 'vitest'
import { GenerateProgress } from '../../../src/cli/generate-progress.ts'

function terminal(columns: number | undefined) {
  const writes: string[] = []
  const out = { isTTY: columns !== undefined, columns, write: (part: string) => writes.push(part) }
  let nowMs = 0
  const progress = new GenerateProgress(out as unknown as NodeJS.WriteStream, 'sample logins', () => nowMs)
  const at = (ms: number, sent: number, share: number | undefined) => {
    nowMs = ms
    const shown = progress.show(sent, share)
    return { shown, text: (writes.at(-1) ?? '').replace('\r\x1b[K', '') }
  }
  return { at, writes, progress, setNow: (ms: number) => (nowMs = ms) }
}

describe('on a terminal', () => {
  test.each([80, 120])('of %d columns there is a bar, the rate, the time that is left and the count', columns => {
    const { at } = terminal(columns)
    at(1000, 250_000, 0.125)
    const { text } = at(2000, 500_000, 0.25)
    expect(text).toBe(' ██████░░░░░░░░░░░░░░░░░░  25 %  250,000/s  6 s left  500,000 sample logins')
    expect(text.length).toBeLessThan(80)
  })

  test.each([1, 12, 20, 30, 40, 50, 60, 66, 79])('of %d columns it fits', columns => {
    const { at } = terminal(columns)
    expect(at(1000, 123_456_789, 0.5).text.length).toBeLessThan(columns + 1)
    if (columns >= 12) expect(at(2000, 923_456_789, 0.99).text).toContain('99 %')
  })

  test('the bar is empty at the beginning and full at the end', () => {
    const { at } = terminal(80)
    expect(at(1000, 0, 0).text).toContain('░'.repeat(24) + '   0 %  0/s  ? left')
    expect(at(5000, 10, 1).text).toContain('█'.repeat(24) + ' 100 %')
  })

  test('the rate is that of the last seconds, not that of the whole time', () => {
    const { at } = terminal(80)
    for (let second = 1; second <= 10; second++) at(second * 1000, second * 1000, second / 100)
    expect(at(11_000, 110_000, 0.5).text).toContain('34,000/s')
  })

  test('long times are told in minutes and hours', () => {
    expect(terminal(80).at(1000, 1, 0.005).text).toContain('4 min left')
    expect(terminal(80).at(1000, 1, 0.00004).text).toContain('6 h 56 min left')
  })
})

test('without an end there is a count and a rate', () => {
  const { at } = terminal(80)
  expect(at(1000, 5000, undefined).text).toBe(' 5,000 sample logins  5,000/s')
})

test('it is written a few times a second, however often it is called', () => {
  const { at, writes } = terminal(80)
  for (let ms = 0; ms < 1000; ms++) at(ms, ms, 0.5)
  expect(writes).toHaveLength(5)
})

test('where there is no terminal there are plain lines without a bar, and the end', () => {
  const { at, writes, progress, setNow } = terminal(undefined)
  at(1000, 10, 0.1)
  expect(writes.join('')).toMatch(/^( {2}10 % {2}10\/s {2}9 s left {2}10 sample logins\n)?$/)
  setNow(2000)
  progress.end(1_000_000, 'user-login')
  expect(writes.at(-1)).toBe('✔ 1,000,000 sample logins in user-login   2.0 s, 500,000/s\n')
})
