import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** What is read of the report that vitest's JSON reporter writes. */
export interface TestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: TestFile[]
}

interface TestFile {
  readonly name: string
  readonly status: string
  /** Why the file could not be loaded. */
  readonly message?: string
  readonly assertionResults: readonly TestResult[]
}

interface TestResult {
  readonly fullName: string
  readonly status: string
  readonly failureMessages?: readonly string[]
}

const MESSAGE_AT_MOST = 300

/**
 * The line that ends a continuous-integration run: `12 passed, 0 failed`, and `, 3 skipped` where some were.
 * A file that could not even be loaded has no tests to count and counts as one failure; so does a run that ended badly
 * for a reason that no test stands for, or that left no report.
 */
export function closingLine(report: TestReport | undefined, exitCode: number): string {
  const { passed, failed, skipped } = report ? countsOf(report) : { passed: 0, failed: 0, skipped: 0 }
  const counted = failed === 0 && exitCode !== 0 ? 1 : failed
  return `${passed} passed, ${counted} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** A line for each test that failed, and for each file that could not be loaded: all that is left of a log that was cut. */
export function failureLines(report: TestReport | undefined, root: string): string[] {
  return (report?.testResults ?? []).flatMap(tests => {
    const file = relative(root, tests.name)
    if (isUnloaded(tests)) return [`failed: ${file}: ${firstLine(tests.message)}`]
    const failed = tests.assertionResults.filter(({ status }) => status === 'failed')
    return failed.map(test => `failed: ${file}: ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`)
  })
}

function isUnloaded({ status, assertionResults }: TestFile): boolean {
  return status === 'failed' && assertionResults.length === 0
}

function firstLine(message = 'no message'): string {
  return stripVTControlCharacters(message).split('\n', 1)[0].slice(0, MESSAGE_AT_MOST)
}

function countsOf(report: TestReport): { passed: number; failed: number; skipped: number } {
  const unloaded = report.testResults.filter(isUnloaded)
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests
  }
}
