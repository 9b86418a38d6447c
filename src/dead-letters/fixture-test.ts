import { CONNECT_PREFIX } from './header-styles/connect.ts'

export interface FixtureTest {
  /** What `testPipeline` and the pipeline are imported from, as seen from the test file. */
  readonly millrace: string
  readonly pipeline: string
  /** The file of the records, beside it. */
  readonly dataFile: string
  readonly runner: 'vitest' | 'node'
  readonly topic: string
  /** One of the records is to run in a process of its own. */
  readonly hasApart: boolean
}

/** A test file that runs a fixture's records through the pipeline. */
export function fixtureTest({ millrace, pipeline, dataFile, runner, topic, hasApart }: FixtureTest): string {
  return `/**
 * Dead letters of ${topic}, by \`millrace dlq export\`.
 *
 * ${dataFile} holds the whole records, and so maybe PERSONAL DATA: mind where it goes.
 *
 * A test passes as long as the pipeline refuses its record for the reason that it once did. Once that is mended, write
 * what is to become of the record as its "expected": { "outcome": "processed" }.
 */
import assert from 'node:assert/strict'
${hasApart ? "import { spawnSync } from 'node:child_process'\n" : ''}import { readFileSync } from 'node:fs'
${runner === 'node' ? "import { test } from 'node:test'\n" : ''}${hasApart ? "import { fileURLToPath } from 'node:url'\n" : ''}${runner === 'vitest' ? "import { test } from 'vitest'\n" : ''}${importsOf(millrace, pipeline)}
interface FixtureRecord {
  name: string
  key: string | null
  value: string | null
  headers: [name: string, value: string][]
  timestampMs: number
  apart?: true
  expected: { outcome: string; reason?: string; message?: string }
}

const file = new URL(${text(`./${dataFile}`)}, import.meta.url)
const { environment, schemas, records } = JSON.parse(readFileSync(file, 'utf8')) as {
  environment: Record<string, string>
  schemas?: Record<string, { text: string; references: string[] }>
  records: FixtureRecord[]
}
const bytes = (base64: string) => Buffer.from(base64, 'base64')
${hasApart ? apart(millrace, pipeline) : ''}
for (const record of records) {
  test(record.name,${hasApart ? ' { timeout: 30_000 },' : ''} async () => {
    const { outcome, reason, rule, outputs } = await run(record)
    const deadLetter = outputs.find(({ output }) => output === 'dead-letter')
    const message = deadLetter?.headers[${text(`${CONNECT_PREFIX}exception.message`)}]
    const found = Object.entries({ outcome, reason, rule, message }).filter(([, value]) => value !== undefined)
    assert.deepEqual(Object.fromEntries(found), record.expected)
  })
}

async function run(record: FixtureRecord) {
${hasApart ? '  if (record.apart) return runApart(record)\n' : ''}  const { key, value, headers, timestampMs } = record
  const given = {
    key: key === null ? null : bytes(key).toString(),
    value: value === null ? null : bytes(value),
    headers: Object.fromEntries(headers.map(([name, value]) => [name, bytes(value).toString()])),
    timestampMs
  }
  const [result] = await testPipeline(pipeline, [given], { environment, schemas, nowMs: timestampMs })
  return result
}
`
}

function importsOf(millrace: string, pipeline: string): string {
  return `import { testPipeline } from ${text(millrace)}\nimport pipeline from ${text(pipeline)}\n`
}

/** Without an answer in time it has done again what it did to the worker. */
function apart(millrace: string, pipeline: string): string {
  return `
const SCRIPT = \`
import { readFileSync, writeSync } from 'node:fs'
${importsOf(millrace, pipeline).replace(/[\\`$]/g, String.raw`\$&`)}
const { key, value, headers, timestampMs, environment, schemas } = JSON.parse(readFileSync(0, 'utf8'))
const bytes = base64 => (base64 === null ? null : Buffer.from(base64, 'base64'))
const named = headers.map(([name, value]) => [name, bytes(value).toString()])
const record = { key: bytes(key)?.toString(), value: bytes(value), headers: Object.fromEntries(named), timestampMs }
writeSync(1, 'ready')
const [result] = await testPipeline(pipeline, [record], { environment, schemas, nowMs: timestampMs })
writeSync(1, JSON.stringify(result))
\`

type Result = Awaited<ReturnType<typeof testPipeline>>[number]

/** In a process of its own, as this record ended the thread that it ran in, or kept it for ever. */
function runApart(record: FixtureRecord): Result {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    input: JSON.stringify({ ...record, environment, schemas }),
    timeout: 20_000,
    killSignal: 'SIGKILL'
  })
  const [isReady, answer] = stdout.toString().split(/(?<=^ready)/)
  if (isReady !== 'ready') throw new Error(\`it did not even begin: \${stderr.toString()}\`)
  if (answer) return JSON.parse(answer) as Result
  const headers = { ${text(`${CONNECT_PREFIX}exception.message`)}: 'killed-worker' }
  const deadLetter = { output: 'dead-letter', key: null, value: null, headers, timestampMs: record.timestampMs }
  return { outcome: 'dead-letter', reason: 'killed-worker', outputs: [deadLetter] }
}
`
}

/** As a literal of the language. */
function text(value: string): string {
  return `'${JSON.stringify(value)
    .slice(1, -1)
    .replaceAll("'", String.raw`\'`)
    .replaceAll(String.raw`\"`, '"')}'`
}
