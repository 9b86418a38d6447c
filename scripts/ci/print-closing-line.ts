// Called by .ci/run with the exit code of the tests: prints the closing line of the run that has just ended.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { closingLine } from './closing-line.ts'
import type { TestReport } from './closing-line.ts'

const path = join(import.meta.dirname, '../../.test/results.json')
const report = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as TestReport) : undefined
console.log(closingLine(report, Number(process.argv[2])))
