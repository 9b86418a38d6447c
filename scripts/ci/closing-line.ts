/** What is read of the report that vitest's JSON reporter writes. */
export interface TestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: { status: string; assertionResults: unknown[] }[]
}

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

function countsOf(report: TestReport): { passed: number; failed: number; skipped: number } {
  const unloaded = report.testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0)
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests
  }
}
