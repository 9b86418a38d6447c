import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { createLogger } from '../../../src/telemetry/logger.ts'
import type { LoggerSettings } from '../../../src/telemetry/logger.ts'

function logged(format: LoggerSettings['format'], level: LoggerSettings['level'] = 'info') {
  const lines: string[] = []
  const logger = createLogger({ level, format, destination: { write: line => void lines.push(line) } })
  return { logger, lines, first: () => JSON.parse(lines[0]) as Record<string, unknown> }
}

describe('a line of JSON', () => {
  test('has its level as a word, its time as ISO 8601 and its fields beside the message', () => {
    const { logger, first } = logged('json')
    logger.warn({ topic: 'a', partitions: [1, 2] }, 'hello')
    expect(first()).toMatchObject({ level: 'warn', topic: 'a', partitions: [1, 2], msg: 'hello', pid: process.pid })
    expect(first().time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  test('is what comes where no terminal is', () => {
    const { logger, first } = logged('auto')
    logger.info({}, 'hello')
    expect(first().msg).toBe('hello')
  })

  test('has an error of ours with its type, message and stack', () => {
    const { logger, first } = logged('json')
    logger.error({ err: new RangeError('no room') }, 'failed')
    expect(first().err).toMatchObject({
      type: 'RangeError',
      message: 'no room',
      stack: expect.stringContaining('no room')
    })
  })

  test('is left out below the level', () => {
    const { logger, lines } = logged('json', 'warn')
    logger.info({}, 'hello')
    expect(lines).toEqual([])
  })
})

// The types forbid all of these; this is for the day when somebody casts.
test.each(['key', 'value', 'headers', 'user_id', 'ip', 'device_id', 'password', 'secret'])(
  '%s is never logged',
  field => {
    const { logger, lines } = logged('json')
    logger.info({ [field]: 'hunter2' }, 'flat')
    logger.info({ record: { [field]: 'hunter2' } } as never, 'one level down')
    logger.info({ batch: { record: { [field]: { deep: 'hunter2' } } } } as never, 'two levels down')
    expect(lines).toHaveLength(3)
    expect(lines.join('')).not.toContain('hunter2')
  }
)

// The mistake: lines in a buffer are lost with a process that must end at once, and these would have said why.
describe('a process that ends right after a line, without its exit handlers', () => {
  const module = new URL('../../../src/telemetry/logger.ts', import.meta.url).href

  test.each(['json', 'pretty', 'auto'])('has written it: %s', format => {
    const program = `
      import { createLogger } from '${module}'
      const logger = createLogger({ level: 'info', format: '${format}' })
      for (let line = 0; line < 5000; line++) logger.info({ line }, 'counted')
      logger.info({}, 'the last line')
      process.reallyExit(0)`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
    expect(stdout.match(/counted/g)).toHaveLength(5000)
    expect(stdout).toMatch(/the last line/)
    expect(stdout.startsWith('{')).toBe(format !== 'pretty')
  })
})
