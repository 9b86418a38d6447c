import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { endProcess, isProcess } from '../../../scripts/broker/process-identity.ts'

async function nodeProcess(program: string, ...args: string[]): Promise<number> {
  const child = spawn(process.execPath, ['-e', `${program}; console.log('started')`, '--', ...args])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child.pid as number
}

const WAIT_FOR_EVER = 'setInterval(() => {}, 1e6)'

test('a process is recognised by one of its arguments', async () => {
  const pid = await nodeProcess(WAIT_FOR_EVER, '/srv/a b/server.properties')
  expect(isProcess(pid, '/srv/a b/server.properties')).toBe(true)
})

test('an argument that only ends or begins with the mark is another process', async () => {
  const pid = await nodeProcess(WAIT_FOR_EVER, '/tmp/srv/server.properties')
  expect(isProcess(pid, '/srv/server.properties')).toBe(false)
  expect(isProcess(pid, '/tmp/srv/server')).toBe(false)
})

test('a process that does not exist is nobody', () => {
  expect(isProcess(2 ** 30, '')).toBe(false)
})

test('a process ends on SIGTERM', async () => {
  const pid = await nodeProcess(WAIT_FOR_EVER, 'mark-term')
  await endProcess(pid, 'mark-term', 60_000)
  expect(isProcess(pid, 'mark-term')).toBe(false)
})

test('a process that ignores SIGTERM is killed after the grace', async () => {
  const pid = await nodeProcess(`process.on('SIGTERM', () => {}); ${WAIT_FOR_EVER}`, 'mark-kill')
  await endProcess(pid, 'mark-kill', 100)
  expect(isProcess(pid, 'mark-kill')).toBe(false)
})

test('a stranger that has got the number is left alone', async () => {
  const pid = await nodeProcess(WAIT_FOR_EVER, 'stranger')
  await endProcess(pid, 'ours', 0)
  expect(isProcess(pid, 'stranger')).toBe(true)
})
