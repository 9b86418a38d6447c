// Called by .ci/run with the exit code of the tests: prints what failed in the run that has just ended, and its closing line.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { closingLine, failureLines } from './closing-line.ts'
import type { TestReport } from './closing-line.ts'

const root = join(import.meta.dirname, '../..')
const path = join(root, '.test/results.json')
const report = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as TestReport) : undefined
for (const line of failureLines(report, root)) console.log(line)
console.log(closingLine(report, Number(process.argv[2])))
