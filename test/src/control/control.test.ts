import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { ask, isListening, NobodyListens } from '../../../src/control/client.ts'
import { type Control, openControl } from '../../../src/control/control.ts'
import { type ControlRequest, type ProcessStatus, REQUEST_BYTES } from '../../../src/control/protocol.ts'
import { socketsIn } from '../../../src/control/socket-path.ts'
import { controlled, partitionStatus, snapshot } from '../../fixtures/controlled.ts'
import { temporaryDir } from '../../scripts/temporary-dir.ts'

const open: Control[] = []
afterEach(() => {
  for (const control of open.splice(0)) control.close()
})

/** A control socket in a directory of its own, unless the test names another. */
async function start({ socket = 'auto', dir = join(temporaryDir(), 'sockets') } = {}) {
  const { of, paused, calls } = controlled()
  const warnings: string[] = []
  const control = await openControl(of, { socket, dir, warned: text => warnings.push(text) })
  if (control !== undefined) open.push(control)
  return { control, path: control?.path ?? '', dir, warnings, paused, calls }
}

const modeOf = (path: string) => statSync(path).mode & 0o777

/** Sends bytes as they are, and answers all that comes back. */
async function send(path: string, ...chunks: (string | Buffer)[]): Promise<string> {
  const socket = connect(path)
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  for (const chunk of chunks) {
    socket.write(chunk)
    await new Promise(setImmediate)
  }
  await once(socket, 'close')
  return answer
}

describe('a control socket', () => {
  test('answers with the status, in which nothing of a record is', async () => {
    const { path } = await start()
    const status = await ask<ProcessStatus>(path, { request: 'status' })
    expect(status).toMatchObject({
      pid: process.pid,
      pipeline: 'user-login',
      group: 'millrace-user-login',
      partitions: [partitionStatus]
    })
    expect(status.snapshot).toEqual(JSON.parse(JSON.stringify(snapshot)))
  })

  test('pauses and resumes, and tells what became of it', async () => {
    const { path, paused, calls } = await start()
    const partitions = [0, 1, 3].map(partition => ({ topic: 'logins', partition }))
    expect(await ask(path, { request: 'pause', partitions: ['logins/0-1', 'logins/3'] })).toEqual({ partitions })
    expect(paused).toEqual(partitions)
    expect(await ask(path, { request: 'resume', partitions: ['logins/0'] })).toEqual({ held: false, partitions })
    expect(await ask(path, { request: 'resume' })).toEqual({ held: true, partitions: [] })
    expect(calls).toEqual(['resume 1', 'resume all'])
  })

  test('may be asked by several at once, and over and over', async () => {
    const { path } = await start()
    for (let turn = 0; turn < 5; turn++) {
      const answers = Array.from({ length: 10 }, () => ask<ProcessStatus>(path, { request: 'status' }))
      expect((await Promise.all(answers)).map(({ pid }) => pid)).toEqual(Array.from({ length: 10 }, () => process.pid))
    }
  })

  test('can be opened by its owner only, and so can its directory', async () => {
    const { path, dir } = await start()
    expect([modeOf(path), modeOf(dir)]).toEqual([0o600, 0o700])
    const open = join(temporaryDir(), 'open')
    mkdirSync(open, { mode: 0o755 })
    chmodSync(open, 0o755)
    await start({ dir: open })
    expect(modeOf(open)).toBe(0o700)
  })

  test('is gone when it is closed, and nobody listens there', async () => {
    const { path, control, dir } = await start()
    expect(await isListening(path)).toBe(true)
    control?.close()
    expect([existsSync(path), await isListening(path), readdirSync(dir)]).toEqual([false, false, []])
    await expect(ask(path, { request: 'status' })).rejects.toThrow(NobodyListens)
  })

  test('that is off is none', async () => {
    const { control, dir } = await start({ socket: 'off' })
    expect([control, existsSync(dir)]).toEqual([undefined, false])
  })
})

describe('what is no request', () => {
  const odd: [string, unknown, string][] = [
    ['an unknown one', { request: 'stop' }, 'a request is one of status, pause, resume'],
    ['none at all', null, 'a request is one of'],
    ['a number', 5, 'a request is one of'],
    ['no partitions', { request: 'pause' }, 'partitions is a list'],
    ['partitions that are no texts', { request: 'pause', partitions: [{ topic: 'logins' }] }, 'partitions is a list'],
    ['partitions that are none', { request: 'resume', partitions: ['logins'] }, "'logins' names no partitions"],
    ['what the processor refuses', { request: 'pause', partitions: ['logins/10'] }, 'not assigned to this process']
  ]
  test.each(odd)('is refused: %s', async (_, request, error) => {
    const { path, paused } = await start()
    await expect(ask(path, request as ControlRequest)).rejects.toThrow(error)
    expect(paused).toEqual([])
  })

  test('is refused: a line that is not JSON', async () => {
    const { path } = await start()
    expect(JSON.parse(await send(path, 'status\n'))).toMatchObject({ ok: false })
  })

  test('is refused: a line without end, as soon as it is too long', async () => {
    const { path } = await start()
    const answer = await send(path, Buffer.alloc(REQUEST_BYTES, 'x'), Buffer.alloc(REQUEST_BYTES, 'x'))
    expect(JSON.parse(answer)).toEqual({ ok: false, error: `a request has at most ${REQUEST_BYTES} bytes` })
  })

  test('does no harm: somebody who hangs up in the middle of a word', async () => {
    const { path } = await start()
    const socket = connect(path)
    await once(socket, 'connect')
    socket.write('{"request"')
    socket.destroy()
    expect(await ask<ProcessStatus>(path, { request: 'status' })).toMatchObject({ pid: process.pid })
  })

  test('may come in pieces, and with more behind it', async () => {
    const { path } = await start()
    const answer = await send(path, '{"request":', '"status"}', '\n{"request":"resume"}\n')
    expect(JSON.parse(answer)).toMatchObject({ ok: true, result: { pid: process.pid } })
  })
})

/** A process that listens on a socket until it is told otherwise. */
async function otherProcess(path: string): Promise<ChildProcess> {
  const listen = `require('node:net').createServer(s => s.end()).listen(${JSON.stringify(path)}, () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describe('other processes', () => {
  // No process has these numbers here; a container that shares the directory may have processes that can't be seen.
  const [GONE, ELSEWHERE] = [999_999_997, 999_999_998]

  test('that were killed leave sockets behind, which are removed; where somebody listens they stay', async () => {
    const dir = temporaryDir()
    const gone = await otherProcess(join(dir, `${GONE}.sock`))
    await otherProcess(join(dir, `${ELSEWHERE}.sock`))
    await killed(gone)
    writeFileSync(join(dir, 'notes.txt'), '')
    await start({ dir })
    expect(socketsIn(dir).map(({ pid }) => pid)).toEqual([process.pid, ELSEWHERE])
    expect(readdirSync(dir)).toContain('notes.txt')
  })

  test('whose number is ours now and who are gone: their socket is replaced', async () => {
    const dir = temporaryDir()
    await killed(await otherProcess(join(dir, `${process.pid}.sock`)))
    const { path, warnings } = await start({ dir })
    expect(await ask<ProcessStatus>(path, { request: 'status' })).toMatchObject({ pid: process.pid })
    expect(warnings).toEqual([])
  })
})

describe('a path that can not be had', () => {
  test('is a warning if nobody has set it', async () => {
    const dir = join(temporaryDir(), 'file')
    writeFileSync(dir, '')
    const { control, warnings } = await start({ dir })
    expect(control).toBeUndefined()
    expect(warnings).toEqual([expect.stringMatching(/^no control socket: .*; CONTROL_SOCKET can name another path/)])
    expect((await start({ dir: join(temporaryDir(), 'x'.repeat(120)) })).warnings).toEqual([
      expect.stringContaining('too long for a socket')
    ])
  })

  test('is a warning if its directory is only a link: anybody may have made that', async () => {
    const [parent, elsewhere] = [temporaryDir(), temporaryDir()]
    symlinkSync(elsewhere, join(parent, 'sockets'))
    const { warnings } = await start({ dir: join(parent, 'sockets') })
    expect(warnings).toEqual([expect.stringContaining('is no directory')])
    expect(readdirSync(elsewhere)).toEqual([])
  })

  test('is a mistake in the settings if somebody has', async () => {
    const dir = temporaryDir()
    const file = join(dir, 'file')
    writeFileSync(file, 'of use')
    await expect(start({ socket: file })).rejects.toMatchObject({
      name: 'SettingsError',
      message: expect.stringMatching(/^CONTROL_SOCKET: .*no socket$/) as string
    })
    expect(statSync(file).size).toBe(6)
    await expect(start({ socket: join(dir, 'x'.repeat(120)) })).rejects.toThrow('too long for a socket')
    await expect(start({ socket: join(file, 'socket') })).rejects.toThrow('CONTROL_SOCKET')
    await otherProcess(join(dir, 'taken'))
    await expect(start({ socket: join(dir, 'taken') })).rejects.toThrow("is another process's")
  })

  test('that somebody has set is made with the directories it needs, and replaces what was left behind', async () => {
    const path = join(temporaryDir(), 'run', 'millrace', 'control.sock')
    expect((await start({ socket: path })).path).toBe(path)
    expect(modeOf(path)).toBe(0o600)
    const left = join(temporaryDir(), 'left')
    await killed(await otherProcess(left))
    expect((await start({ socket: left })).path).toBe(left)
  })
})

test('a process that is stopped is waited for a while, and then named as that', async () => {
  const path = join(temporaryDir(), 'stopped')
  const child = await otherProcess(path)
  child.kill('SIGSTOP')
  await expect(ask(path, { request: 'status' }, 100)).rejects.toThrow('no answer within 100 ms: is it stopped?')
  expect(await isListening(path)).toBe(true)
})

test('one that ends in the middle has not answered', async () => {
  const path = join(temporaryDir(), 'rude')
  await otherProcess(path)
  await expect(ask(path, { request: 'status' })).rejects.toThrow('without an answer')
})
