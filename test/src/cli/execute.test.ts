import { afterEach, expect, test, vi } from 'vitest'
import { execute } from '../../../src/cli/execute.ts'

const nothing = { environment: {}, onStop: () => undefined, onUnclosed: () => undefined }

function capture() {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const textOf = (spy: typeof out) => spy.mock.calls.map(([text]) => text).join('')
  return { out: () => textOf(out), err: () => textOf(err) }
}
afterEach(() => vi.restoreAllMocks())

test('without a command, and with --help, it says what there is', async () => {
  const { out } = capture()
  expect(await execute([], nothing)).toBe(0)
  expect(await execute(['--help'], nothing)).toBe(0)
  for (const command of ['run', 'generate', 'demo', 'show', 'options']) expect(out()).toContain(`  ${command} `)
})

test('what other commands run is not told to people', async () => {
  const { out } = capture()
  expect(await execute(['--help'], nothing)).toBe(0)
  expect(out()).toContain('  bench ')
  expect(out()).not.toContain('bench-trial')
})

test('an unknown command is a mistake, told on stderr, with those that there are', async () => {
  const { out, err } = capture()
  expect(await execute(['rnu'], nothing)).toBe(2)
  expect(err()).toMatch(/no command 'rnu'[^]*run/)
  expect(out()).toBe('')
})

test('mistakes in the settings are one message and exit code 2, before anything is started', async () => {
  const { err } = capture()
  expect(await execute(['run'], { ...nothing, environment: { LINGER_MS: 'soon', WORKERS: '-1' } })).toBe(2)
  for (const text of ['millrace run: ', 'LINGER_MS', 'WORKERS']) expect(err()).toContain(text)
})

test('a pipeline that can not be loaded says which setting named it', async () => {
  const { err } = capture()
  expect(await execute(['run'], { ...nothing, environment: { PIPELINE: './no-such-pipeline.ts' } })).toBe(2)
  expect(err()).toContain('PIPELINE')
})

test('arguments that a command does not take are a mistake', async () => {
  const { err } = capture()
  expect(await execute(['run', 'fast'], nothing)).toBe(2)
  expect(err()).toContain("'fast'")
})

test('every command has --help: all settings', async () => {
  const { out } = capture()
  expect(await execute(['run', '--help'], nothing)).toBe(0)
  expect(out()).toContain('DRAIN_TIMEOUT_MS')
})

test('--version is the one of package.json', async () => {
  const { out } = capture()
  expect(await execute(['--version'], nothing)).toBe(0)
  expect(out()).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('commands with arguments say in --help which they take, within 80 columns', async () => {
  for (const command of ['dlq', 'seek', 'build-native', 'bench']) {
    const { out } = capture()
    expect(await execute([command, '--help'], nothing)).toBe(0)
    expect(out()).toMatch(new RegExp(`^Usage: millrace ${command}`))
    expect(
      out()
        .split('\n')
        .filter(line => line.length > 80)
    ).toEqual([])
    vi.restoreAllMocks()
  }
})

test.each([
  ['an unknown dlq command', ['dlq', 'purge'], "no 'dlq purge'"],
  ['an unknown reason', ['dlq', 'list', '--reason', 'ugly'], '--reason is one of'],
  ['a position that is missing', ['dlq', 'show'], 'one position'],
  ['a rate of nothing', ['dlq', 'redrive', '--rate', '0'], '--rate'],
  ['a runner that there is not', ['dlq', 'export', '--runner', 'jest'], '--runner'],
  ['no place to seek to', ['seek'], 'say where to'],
  ['two places to seek to', ['seek', '--to-latest', '--to-offset', '3'], 'say where to'],
  ['a time without a zone', ['seek', '--to-time', '2026-05-01T12:00:00'], '--to-time'],
  ['a partition that is no number', ['seek', '--to-latest', '--partition', '1,x'], '--partition']
])('%s is a mistake, told before anything is connected', async (_what, args, message) => {
  const { err } = capture()
  expect(await execute(args, { ...nothing, environment: { BROKERS: '127.0.0.1:1' } })).toBe(2)
  expect(err()).toContain(message)
})
