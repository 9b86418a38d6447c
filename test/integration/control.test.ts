import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { ProcessStatus } from '../../src/control/protocol.ts'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { writeSamples } from '../kafka/samples.ts'
import { describeOnKafka, type Environment, TestKafka } from '../kafka/test-kafka.ts'
import { runProgram } from '../scripts/run-program.ts'
import { temporaryDir } from '../scripts/temporary-dir.ts'

const PROGRAM = resolve(import.meta.dirname, '../../bin/millrace')

/** A place for temporary files of its own, so that no other processor on this machine is met. */
function machine() {
  const TMPDIR = temporaryDir()
  const { PATH, HOME } = process.env
  const start = (environment: Environment) => {
    const processor = new ChildProcessor({ ...environment, TMPDIR, LOG_LEVEL: 'info' })
    onTestFinished(() => processor.kill())
    return processor
  }
  const millrace = (...args: string[]) => runProgram([PROGRAM, ...args], { PATH, HOME, TMPDIR })
  const status = async (...args: string[]) =>
    JSON.parse((await millrace('status', '--json', ...args)).output) as ProcessStatus
  return { start, millrace, status, sockets: () => readdirSync(TMPDIR).flatMap(dir => readdirSync(join(TMPDIR, dir))) }
}

describeOnKafka('a processor that runs on this machine', () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test('is found by status, pause and resume, and its socket goes with it', async () => {
    const { start, millrace, status, sockets } = machine()
    const topics = await kafka.createTopics({ partitions: 2 })
    const committed = () => kafka.committedOffsets(topics.group, topics.input)
    const processor = start(topics.environment)
    await processor.untilPrinted('partitions assigned')
    expect(await millrace('pause', `${topics.input}/0`)).toEqual({ code: 0, output: `✔ paused: ${topics.input}/0\n` })
    await writeSamples(topics.input, 2000)
    const [first, second] = await kafka.endOffsets(topics.input)
    await processor.until('the other partition is done', async () => (await committed())[1] === second)
    expect((await committed())[0]).toBeLessThanOrEqual(0)
    expect(await status()).toMatchObject({
      group: topics.group,
      snapshot: { state: 'running', paused: [{ topic: topics.input, partition: 0 }], inFlight: 0 }
    })

    expect(await millrace('resume')).toEqual({ code: 0, output: `✔ goes on: ${topics.input}/0\n` })
    await processor.until('the paused one is done, too', async () => (await committed())[0] === first)
    const { code, output } = await millrace('status')
    expect([code, output.split('\n').filter(line => line.length > 80)]).toEqual([0, []])
    expect(output).toContain(`user-login · running · pid `)
    expect(await processor.stop()).toEqual({ code: 0, signal: null })
    expect(sockets()).toEqual([])
    expect(await millrace('status')).toMatchObject({ code: 1 })
  })

  test('beside others is named by its process id; one that was killed leaves nothing for long', async () => {
    const { start, millrace, status, sockets } = machine()
    const topics = await kafka.createTopics({ partitions: 2 })
    const [one, other] = [start(topics.environment), start(topics.environment)]
    for (const processor of [one, other]) await processor.untilPrinted('the processor is running')
    const { code, output } = await millrace('status')
    expect(code).toBe(2)
    const pids = [...output.matchAll(/--pid (\d+): user-login/g)].map(([, pid]) => pid)
    expect(pids).toHaveLength(2)
    for (const pid of pids) expect(await status('--pid', pid)).toMatchObject({ pid: Number(pid) })
    one.signal('SIGKILL')
    await one.ended()
    expect(sockets()).toHaveLength(2)
    expect(await millrace('status')).toMatchObject({ code: 0 })
    const third = start(topics.environment)
    await third.untilPrinted('the processor is running')
    expect(sockets()).toHaveLength(2)
    for (const processor of [other, third]) await processor.stop()
  })

  test('whose socket can not be where it was set is not started: exit code 2', async () => {
    const { start } = machine()
    const topics = await kafka.createTopics()
    const processor = start({ ...topics.environment, CONTROL_SOCKET: '/proc/control.sock' })
    expect(await processor.ended()).toEqual({ code: 2, signal: null })
    expect(processor.stderr).toContain('millrace run: CONTROL_SOCKET: ')
  })
})
