import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { execute } from '../../../src/cli/execute.ts'
import { type Control, openControl } from '../../../src/control/control.ts'
import { automaticDir, automaticPath } from '../../../src/control/socket-path.ts'
import { controlled } from '../../fixtures/controlled.ts'
import { temporaryDir } from '../../scripts/temporary-dir.ts'

const open: Control[] = []
let said = { out: '', err: '' }

beforeEach(() => {
  // Where processes of this user make their sockets.
  vi.stubEnv('TMPDIR', temporaryDir())
  said = { out: '', err: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation(text => ((said.out += String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation(text => ((said.err += String(text)), true))
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  for (const control of open.splice(0)) control.close()
})

/** A processor with a control socket: where processes make theirs by themselves, or elsewhere. */
async function processorAt(socket = 'auto') {
  const { of, paused, calls } = controlled()
  const control = await openControl(of, { socket, warned: text => expect.fail(text) })
  open.push(control!)
  return { paused, calls }
}

function run(args: string[], environment = {}): Promise<number> {
  return execute(args, { environment, onStop: () => undefined, onUnclosed: () => undefined })
}

describe('status, pause and resume', () => {
  test('reach the only processor there is', async () => {
    const { paused, calls } = await processorAt()
    expect(await run(['status'])).toBe(0)
    expect(said.out).toMatch(/^user-login · running · pid \d+ [^]*PARTITION/)
    expect(await run(['pause', 'logins/0-1', 'logins/3'])).toBe(0)
    expect(paused).toHaveLength(3)
    expect(said.out).toContain('✔ paused: logins/0-1,3\n')
    expect(await run(['resume', 'logins/0-1,3'])).toBe(0)
    expect(said.out).toContain('✔ goes on: logins/0-1,3\n')
    expect(await run(['resume'])).toBe(0)
    expect(said.out).toContain('✔ what was held goes on\n')
    expect([calls, said.err]).toEqual([['resume 3', 'resume all'], ''])
  })

  test('print no line of more than 80 columns', async () => {
    await processorAt()
    for (const command of ['status', 'pause', 'resume']) expect(await run([command, '--help'])).toBe(0)
    await run(['status'])
    await run(['--help'])
    expect(said.out.split('\n').filter(line => line.length > 80)).toEqual([])
  })

  test('the status for programs is one line of JSON', async () => {
    await processorAt()
    expect(await run(['status', '--json'])).toBe(0)
    expect(JSON.parse(said.out)).toMatchObject({ pid: process.pid, snapshot: { state: 'running' } })
  })

  test('of none say so', async () => {
    expect(await run(['status'])).toBe(1)
    expect(said.err).toContain('millrace status: no processor of this user is running here')
    expect(await run(['resume', '--pid', '999999997'])).toBe(1)
    expect(said.err).toContain('nobody listens')
  })

  test('with several name them, and reach the one that is meant', async () => {
    const ours = await processorAt()
    mkdirSync(automaticDir(), { recursive: true })
    const other = await processorAt(automaticPath(automaticDir(), 999_999_997))
    expect(await run(['resume'])).toBe(2)
    expect(said.err).toMatch(
      /^millrace resume: there are several processors; add --pid\n( {2}--pid \d+: user-login, group millrace-user-login, running\n){2}$/
    )
    expect(await run(['resume', '--pid', String(process.pid)])).toBe(0)
    expect([ours.calls, other.calls]).toEqual([['resume all'], []])
    expect(await run(['resume', '--pid', '999999997'])).toBe(0)
    expect(other.calls).toEqual(['resume all'])
  })

  test('reach the one whose socket CONTROL_SOCKET names', async () => {
    const path = join(temporaryDir(), 'control.sock')
    const { calls } = await processorAt(path)
    expect(await run(['resume'], { CONTROL_SOCKET: path })).toBe(0)
    expect(calls).toEqual(['resume all'])
  })

  test('tell what the processor refuses', async () => {
    await processorAt()
    expect(await run(['pause', 'logins/12'])).toBe(1)
    expect(said.err).toBe('millrace pause: not assigned to this process\n')
  })

  test.each([
    [['pause'], 'say which partitions'],
    [['pause', 'logins'], "'logins' names no partitions"],
    [['status', 'logins/1'], 'takes none'],
    [['resume', '--pid', 'me'], '--pid me is no process id'],
    [['status', '--yaml'], 'Unknown option']
  ])('a mistake in the command line is exit code 2, before anybody is asked: %j', async (args, error) => {
    const { calls, paused } = await processorAt()
    expect(await run(args)).toBe(2)
    expect(said.err).toContain(error)
    expect([calls, paused]).toEqual([[], []])
  })

  test('nothing to go on with is no mistake', async () => {
    await processorAt()
    expect(await run(['resume', 'logins/0'])).toBe(0)
    expect(said.out).toBe('nothing was held or paused\n')
  })
})
