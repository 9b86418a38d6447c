import { expect, test } from 'vitest'
import { closingLine } from '../../../scripts/ci/closing-line.ts'

const report = { numPassedTests: 12, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }

test('a good run', () => {
  expect(closingLine(report, 0)).toBe('12 passed, 0 failed')
})

test('skipped tests are told', () => {
  expect(closingLine({ ...report, numPendingTests: 2, numTodoTests: 1 }, 0)).toBe('12 passed, 0 failed, 3 skipped')
})

test('a file that could not be loaded is a failure', () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{}] }
  ]
  expect(closingLine({ ...report, numFailedTests: 1, testResults }, 1)).toBe('12 passed, 2 failed')
})

test('a run that ended badly never shows 0 failed', () => {
  expect(closingLine(report, 1)).toBe('12 passed, 1 failed')
  expect(closingLine(undefined, 2)).toBe('0 passed, 1 failed')
})
