import { createRequire } from 'node:module'
import { isatty } from 'node:tty'
import { pino } from 'pino'
import type { DestinationStream } from 'pino'
import type { CoreSettings } from '../config/options.ts'

/**
 * What a line may hold beside its message: closed names with flat values. Never a record, a part of one, or what a
 * pipeline threw, as its message may quote the record; `err` is for errors of our own and of the Kafka client.
 */
export interface LogFields {
  readonly err?: Error
  readonly [field: string]: string | number | boolean | readonly (string | number)[] | Error | undefined
}

type Log = (fields: LogFields, message: string) => void

export interface Logger {
  readonly trace: Log
  readonly debug: Log
  readonly info: Log
  readonly warn: Log
  readonly error: Log
  readonly fatal: Log
}

export interface LoggerSettings {
  readonly level: CoreSettings['logLevel']
  readonly format: CoreSettings['logFormat']
  /** A file descriptor, or a stream in tests; stdout by default. */
  readonly destination?: number | DestinationStream
}

const require = createRequire(import.meta.url)

const STDOUT = 1
const CENSORED = '[removed]'

/** The last line of defence: fields whose names say that they hold a record or a secret are blanked, two levels deep. */
const guardedFields = ['key', 'value', 'headers', 'user_id', 'ip', 'device_id', 'password', 'secret']
const guardedPaths = guardedFields.flatMap(field => [field, `*.${field}`, `*.*.${field}`])

/**
 * Logs by pino: a JSON object a line, or lines for people on a terminal. Writes synchronously, so that the lines before
 * an exit are out when it comes; what is logged is rare enough.
 */
export function createLogger({ level, format, destination = STDOUT }: LoggerSettings): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: { paths: guardedPaths, censor: CENSORED }
    },
    isPretty(format, destination) ? forPeople(destination) : asJson(destination)
  )
}

function isPretty(format: LoggerSettings['format'], destination: number | DestinationStream): boolean {
  return format === 'auto' ? typeof destination === 'number' && isatty(destination) : format === 'pretty'
}

function asJson(destination: number | DestinationStream): DestinationStream {
  return typeof destination === 'number' ? pino.destination({ dest: destination, sync: true }) : destination
}

function forPeople(destination: number | DestinationStream): DestinationStream {
  const pretty = require('pino-pretty') as typeof import('pino-pretty')
  const colorize = typeof destination === 'number' && isatty(destination)
  return pretty({
    destination: destination as number | NodeJS.WritableStream,
    sync: true,
    colorize,
    ignore: 'pid',
    translateTime: 'SYS:HH:MM:ss.l'
  })
}
