import { expect, test } from 'vitest'
import { closingLine, failureLines } from '../../../scripts/ci/closing-line.ts'

const report = { numPassedTests: 12, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }

test('a good run', () => {
  expect(closingLine(report, 0)).toBe('12 passed, 0 failed')
})

test('skipped tests are told', () => {
  expect(closingLine({ ...report, numPendingTests: 2, numTodoTests: 1 }, 0)).toBe('12 passed, 0 failed, 3 skipped')
})

test('a file that could not be loaded is a failure', () => {
  const testResults = [
    { name: '/a.test.ts', status: 'failed', assertionResults: [] },
    { name: '/b.test.ts', status: 'failed', assertionResults: [{ fullName: 'one', status: 'failed' }] }
  ]
  expect(closingLine({ ...report, numFailedTests: 1, testResults }, 1)).toBe('12 passed, 2 failed')
})

test('a run that ended badly never shows 0 failed', () => {
  expect(closingLine(report, 1)).toBe('12 passed, 1 failed')
  expect(closingLine(undefined, 2)).toBe('0 passed, 1 failed')
})

test('what failed is named, with the first line of why', () => {
  const failureMessages = ['\u001B[31mAssertionError: expected 1 to be 2\u001B[39m\n    at here']
  const assertionResults = [
    { fullName: 'a group is kept', status: 'failed', failureMessages },
    { fullName: 'a group is left', status: 'passed', failureMessages: [] }
  ]
  const testResults = [
    { name: '/root/test/a.test.ts', status: 'failed', message: 'SyntaxError: what\nmore', assertionResults: [] },
    { name: '/root/test/b.test.ts', status: 'failed', message: '', assertionResults }
  ]
  expect(failureLines({ ...report, testResults }, '/root')).toEqual([
    'failed: test/a.test.ts: SyntaxError: what',
    'failed: test/b.test.ts: a group is kept: AssertionError: expected 1 to be 2'
  ])
  expect(failureLines(undefined, '/root')).toEqual([])
})
