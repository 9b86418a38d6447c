import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { answersKafka } from '../../../scripts/broker/probe.ts'
import { endProcess, isProcess } from '../../../scripts/broker/process-identity.ts'
import { readState, writeState } from '../../../scripts/broker/state.ts'
import type { BrokerState } from '../../../scripts/broker/state.ts'
import { checkoutCopy } from '../checkout.ts'
import { runProgram } from '../run-program.ts'

/** A checkout of its own, in which `make up` and `make down` can be called. */
function checkout() {
  const root = checkoutCopy(true)
  const dir = join(root, '.kafka')
  const call = (script: string, environment: NodeJS.ProcessEnv = {}) =>
    runProgram([process.execPath, join(root, 'scripts/broker', script)], { ...process.env, ...environment })
  const up = (environment: NodeJS.ProcessEnv = {}) => call('up.ts', { BROKER: 'embedded', ...environment })
  onTestFinished(async () => void (await call('down.ts')))
  return { dir, up, down: () => call('down.ts'), state: () => readState(dir) as BrokerState & { pid: number } }
}

test('up starts a broker that answers, twice is once, and down ends it, twice too', async () => {
  const { up, down, state, dir } = checkout()
  expect(await up()).toMatchObject({ code: 0, output: expect.stringContaining('✔ simulated broker') })
  const first = state()
  expect(first).toMatchObject({ kind: 'embedded', simulated: true, ready: true })
  expect(await answersKafka(first.bootstrap)).toBe(true)

  expect(await up()).toMatchObject({ code: 0, output: expect.stringContaining('running already') })
  expect(state()).toEqual(first)

  expect(await down()).toMatchObject({ code: 0, output: expect.stringContaining('is stopped') })
  expect(await answersKafka(first.bootstrap)).toBe(false)
  expect(readState(dir)).toBeUndefined()
  expect(await down()).toMatchObject({ code: 0, output: expect.stringContaining('no broker of this checkout') })
})

test('two ups at the same time start one broker', async () => {
  const { up, state } = checkout()
  const outputs = (await Promise.all([up(), up()])).map(({ output }) => output)
  expect(outputs.filter(output => output.includes('running already'))).toHaveLength(1)
  expect(await answersKafka(state().bootstrap)).toBe(true)
})

test('a broker that was killed is noticed and started anew', async () => {
  const { up, state } = checkout()
  await up()
  const { pid } = state()
  process.kill(pid, 'SIGKILL')
  await endProcess(pid, process.execPath, 0)
  expect(await up()).toMatchObject({ code: 0, output: expect.stringContaining('is gone') })
  expect(state().pid).not.toBe(pid)
})

test('a broker that hangs is ended and started anew', async () => {
  const { up, state, dir } = checkout()
  await up()
  const hanging = state()
  // An address at which nobody answers stands for a process that does not serve any more.
  writeState(dir, { ...hanging, bootstrap: '127.0.0.1:1' })
  expect(await up()).toMatchObject({ code: 0, output: expect.stringContaining('did not answer and was ended') })
  expect(isProcess(hanging.pid, dir)).toBe(false)
  expect(await answersKafka(state().bootstrap)).toBe(true)
})

test('a stranger that has got the recorded pid survives up and down', async () => {
  const { up, down, state, dir } = checkout()
  const stranger = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1e6)'])
  onTestFinished(() => void stranger.kill('SIGKILL'))
  await once(stranger.stdout, 'data')
  await up()
  const record = state()
  await down()
  writeState(dir, { ...record, pid: stranger.pid })
  await up()
  await down()
  writeState(dir, { ...record, pid: stranger.pid })
  await down()
  expect(isProcess(stranger.pid as number, '-e')).toBe(true)
})

test('another kind than the running one is refused, with the cure', async () => {
  const { up } = checkout()
  await up()
  expect(await up({ BROKER: 'kafka' })).toMatchObject({
    code: 1,
    output: expect.stringMatching(/already runs.*make down/s)
  })
})

test('a wrong setting ends in one clear message', async () => {
  const { up, dir } = checkout()
  const { code, output } = await up({ BROKER: 'rabbit' })
  expect(code).toBe(1)
  expect(output).toContain("BROKER is 'rabbit'")
  expect(output).not.toContain('    at ')
  expect(readState(dir)).toBeUndefined()
})
