import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { FixtureData } from '../../src/dead-letters/fixture.ts'
import { writeDeadLetters } from '../kafka/dead-letters.ts'
import { millrace } from '../kafka/millrace-command.ts'
import { settle } from '../kafka/running-processor.ts'
import { describeOnKafka, TestKafka, type Environment, type TestTopics } from '../kafka/test-kafka.ts'
import { login } from './user-login-cases.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs')
const SECRET_KEY = 'a key that is nobody’s business'

/** Settings without which the records would not be what they are. */
const settings = { REQUIRED_FIELDS: 'user_id,ip', MAX_DEPTH: '2', PII_HASH_KEY: SECRET_KEY, IP_MASKING: 'hash' }

const records = [
  { key: 'a', value: login({ ip: '' }) },
  { key: 'b', value: '{"user_id":' },
  { key: 'c', value: login({ city: { name: { short: 'x' } } }) },
  { key: 'd', value: login({ ip: 'localhost' }), headers: [{ name: 'trace', value: Buffer.from('1') }] },
  { key: null, value: Buffer.from([0xff, 0xfe]) },
  { key: 'e', value: null }
]

describeOnKafka('millrace dlq export', () => {
  let kafka: TestKafka
  let topics: TestTopics
  beforeAll(async () => {
    kafka = await TestKafka.connect()
    topics = await kafka.createTopics()
    await kafka.write(topics.input, records)
    await settle({ ...topics.environment, ...settings }, records.length)
  })
  afterAll(() => kafka.disconnect())

  const exported = (directory: string, args: readonly string[], environment: Environment = {}) =>
    millrace(['dlq', 'export', ...args], { ...topics.environment, ...settings, ...environment }, directory)

  test('makes a test for vitest that says of each record what its dead letter says', async () => {
    const directory = directoryIn(join(ROOT, '.test'))
    const { code, stdout } = await exported(directory, [])
    expect(code).toBe(0)
    expect(stdout).toContain('6 dead letters in')
    expect(stdout).toContain('a test for vitest')
    expect(stdout).toContain('personal data')
    expect(stdout).not.toContain('it is now')

    const data = dataIn(directory)
    expect(data.records.map(({ expected }) => expected.message)).toEqual([
      'ip:empty',
      'not-json@11',
      expect.stringMatching(/^too-deep@\d+$/) as string,
      'ip:not-an-ip-address',
      'not-utf8@0',
      'null-value'
    ])
    expect(statSync(join(directory, 'dead-letters.test.json')).mode & 0o077).toBe(0)
    const run = vitest(directory)
    expect(run.output).toContain('6 passed')
    expect(run.code).toBe(0)
  })

  test('that fails when the pipeline judges otherwise, until it is told so', async () => {
    const directory = directoryIn(join(ROOT, '.test'))
    await exported(directory, ['--reason', 'invalid'])
    const {
      environment,
      records: [record]
    } = dataIn(directory)
    // As if the pipeline had been mended.
    const mended = { ...environment, REQUIRED_FIELDS: 'user_id', INVALID_IP: 'mask' }
    overwrite(directory, { environment: mended, records: [record] })
    const before = vitest(directory)
    expect(before.code).toBe(1)
    expect(before.output).toContain('processed')
    overwrite(directory, { environment: mended, records: [{ ...record, expected: { outcome: 'processed' } }] })
    expect(vitest(directory).code).toBe(0)
  })

  test('carries the settings that a record is judged by, and no secret', async () => {
    const directory = directoryIn(join(ROOT, '.test'))
    await exported(directory, ['0/0'])
    const { environment } = dataIn(directory)
    expect(environment).toEqual({ ...settings, PII_HASH_KEY: expect.any(String) as string })
    expect(environment.PII_HASH_KEY).not.toBe(SECRET_KEY)
  })

  test('or for Node’s own runner, anywhere; with --expect processed it fails, and says why the record is refused', async () => {
    const directory = directoryIn(tmpdir())
    const out = join(directory, 'sub/it.test.ts')
    mkdirSync(join(directory, 'sub'))
    const { stdout } = await exported(directory, ['0/1', '0/3', '--expect', 'processed', '--out', 'sub/it.test.ts'])
    expect(stdout).toContain('2 dead letters')
    expect(stdout).toContain('a test for node')
    const failing = node(out)
    expect(failing.code).toBe(1)
    expect(failing.output).toContain('fail 2')
    for (const text of ['not-json@11', 'ip:not-an-ip-address', "reason: 'rejected'"])
      expect(failing.output).toContain(text)
    const found = dataIn(join(directory, 'sub'), 'it.test.json')
    const sound = { ...found.records[0], value: Buffer.from(login()).toString('base64') }
    overwrite(join(directory, 'sub'), { ...found, records: [sound] }, 'it.test.json')
    expect(node(out)).toMatchObject({ code: 0, output: expect.stringContaining('pass 1') as string })
  })

  test('of a record that killed its worker runs in a process of its own', async () => {
    const directory = directoryIn(join(ROOT, '.test'))
    const pipeline = join(directory, 'pipeline.ts')
    writeFileSync(pipeline, KILLER)
    const own = await kafka.createTopics()
    await writeDeadLetters(kafka, own, 1, [
      { reason: 'killed-worker', value: '{"word":"die"}' },
      { reason: 'killed-worker', value: '{"word":"live"}' }
    ])
    const environment = { ...own.environment, PIPELINE: './pipeline.ts' }
    const { code, stdout } = await millrace(['dlq', 'export', '--runner', 'node'], environment, directory)
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('2 dead letters') as string })
    const run = node(join(directory, 'dead-letters.test.ts'))
    expect(run.code).toBe(1)
    expect(run.output).toMatch(/pass 1\n[^]*fail 1\n/)
    expect(run.output).toContain("outcome: 'processed'")
  })

  test('overwrites nothing, and leaves out what would be no test', async () => {
    const directory = directoryIn(tmpdir())
    await exported(directory, ['0/0'])
    const again = await exported(directory, ['0/1'])
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('is there already')

    const own = await kafka.createTopics()
    await writeDeadLetters(kafka, own, 1, [
      { reason: 'refused-by-broker' },
      { reason: 'record-too-large', omittedBytes: 7, source: { topic: own.input, partition: 0, offset: 0 } }
    ])
    const { code, stdout, stderr } = await exported(directory, ['--out', 'none.test.ts'], own.environment)
    expect(code).toBe(1)
    expect(stdout).toMatch(/without a broker[^]*is gone/)
    expect(stderr).toContain('there is nothing to export')
  })

  test('tells where the pipeline says something else by now', async () => {
    const directory = directoryIn(tmpdir())
    const { stdout } = await exported(directory, ['0/3'], { INVALID_IP: 'mask' })
    expect(stdout).toContain('it is now processed')
  })
})

const KILLER = `
import { Type } from 'typebox'
import { definePipeline } from '${join(ROOT, 'src/index.ts')}'
const Word = Type.Object({ word: Type.String() })
export default definePipeline({
  name: 'killer',
  input: { topic: 'words', schema: Word },
  outputs: { out: { topic: 'out', schema: Word } },
  options: {},
  transform({ word }, record, context) {
    if (word === 'die') process.exit(0)
    context.emit('out', { word })
  }
})
`

/** Beneath the checkout vitest is installed; elsewhere it is not. */
function directoryIn(parent: string): string {
  mkdirSync(parent, { recursive: true })
  const directory = mkdtempSync(join(parent, 'export-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

function dataIn(directory: string, file = 'dead-letters.test.json'): FixtureData {
  return JSON.parse(readFileSync(join(directory, file), 'utf8')) as FixtureData
}

function overwrite(directory: string, data: FixtureData, file = 'dead-letters.test.json'): void {
  writeFileSync(join(directory, file), JSON.stringify(data))
}

function vitest(directory: string) {
  return run([VITEST, 'run', '--root', directory, '--no-color'], directory)
}

function node(file: string) {
  return run(['--test', '--test-reporter=spec', file], ROOT)
}

function run(args: readonly string[], cwd: string): { code: number | null; output: string } {
  const { PATH, HOME } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env: { PATH, HOME }, encoding: 'utf8' })
  return { code: status, output: `${stdout}${stderr}` }
}
