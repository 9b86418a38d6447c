import { expect, test } from 'vitest'
import { formatProblems, shown } from '../../../src/config/problem.ts'

test('a message has a line for each problem: the settings, what is wrong, what to do', () => {
  const problems = [
    { settings: ['A', 'B'], wrong: 'are both set', remedy: 'unset one' },
    { settings: [], wrong: 'X needs Y', remedy: '' }
  ]
  expect(formatProblems(problems)).toBe(
    'The settings hold 2 mistakes; nothing was started.\n  A, B: are both set; unset one\n  X needs Y'
  )
  expect(formatProblems(problems.slice(1))).toMatch(/^The settings hold one mistake;/)
})

test('a value is shown short and on one line', () => {
  expect(shown('20ms')).toBe("'20ms'")
  expect(shown('a\nb\x1b[31m')).toBe("'a?b?[31m'")
  expect(shown('x'.repeat(41))).toBe(`'${'x'.repeat(40)}…'`)
})
