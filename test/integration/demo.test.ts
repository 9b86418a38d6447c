import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokers, describeOnKafka, uniqueName } from '../kafka/test-kafka.ts'

const PROGRAM = resolve(import.meta.dirname, '../../bin/millrace')

/** `make run` without its set-up: the broker is this checkout's if a file says so. */
describeOnKafka('millrace demo', () => {
  const input = uniqueName('demo')
  const own = {
    INPUT_TOPIC: input,
    OUTPUT_TOPIC: `${input}-processed`,
    DLQ_TOPIC: `${input}-dlq`,
    CLEANED_TOPIC: `${input}-cleaned`,
    GROUP_ID: input
  }
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'millrace-demo-'))
    mkdirSync(join(directory, '.kafka'))
    writeFileSync(join(directory, '.kafka/broker.json'), JSON.stringify({ bootstrap: brokers, simulated: false }))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  function millrace(command: string, environment: Record<string, string> = {}) {
    const { PATH, HOME } = process.env
    const env = { PATH, HOME, ...own, ...environment }
    const { status, stdout, stderr } = spawnSync(PROGRAM, [command], { cwd: directory, env, encoding: 'utf8' })
    // Lines are broken where the terminal ends.
    return { status, output: `${stdout}${stderr}`.replaceAll(/\n {2}(?=\S)/g, ' ') }
  }

  test('creates the topics, processes its samples and ends with all of them accounted for; and does so again', () => {
    for (let run = 0; run < 2; run++) {
      const { status, output } = millrace('demo', { SAMPLES: '3000' })
      expect(output).toContain('6 partitions each')
      expect(output).toMatch(/✔ 3,000 read = .* dead letters: every one accounted for/)
      expect(status).toBe(0)
    }
  })

  test('what is left from before is processed too, and told apart from the samples', () => {
    expect(millrace('generate', { SAMPLES: '500', BROKERS: brokers }).status).toBe(0)
    const { status, output } = millrace('demo', { SAMPLES: '1000' })
    expect(output).toContain('✔ 1,500 read')
    expect(output).toContain('1,000 of them samples of this run')
    expect(status).toBe(0)
  })

  test('show tells what is in each topic, why records failed, and nothing of what they say', () => {
    const { status, output } = millrace('show')
    expect(status).toBe(0)
    for (const topic of [own.OUTPUT_TOPIC, own.DLQ_TOPIC, own.CLEANED_TOPIC]) expect(output).toContain(topic)
    expect(output).toMatch(/ \d+ {2}not-json/)
    expect(output).toContain(`${input}/`)
    expect(output).not.toMatch(/"app_version":"(?!2\.3\.0)/)
  })

  test('a processor that fails before it has a partition says why in a line, and not as a crash', () => {
    const missing = uniqueName('missing')
    const { status, output } = millrace('demo', { BROKERS: brokers, SAMPLES: '10', OUTPUT_TOPIC: missing })
    expect(status).toBe(1)
    expect(output).toContain(`millrace demo: no such output topic: "${missing}"; create it first`)
    expect(output).not.toContain('    at ')
  })

  test('without a broker it says how to have one', () => {
    rmSync(join(directory, '.kafka'), { recursive: true })
    const { status, output } = millrace('demo')
    expect(status).toBe(1)
    expect(output).toContain('make up')
  })
})
