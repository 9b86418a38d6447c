import { createHash, createHmac } from 'node:crypto'
import type { ProcessedLogin } from '../../pipelines/user-login/schema.ts'
import type { Environment } from '../kafka/test-kafka.ts'
import type { NewRecord } from '../kafka/topic-writer.ts'
import { soundLogin } from '../corpus/bad-records.ts'

/** Where a record has gone and how it got there. What a case leaves out is not looked at. */
export interface Arrival {
  readonly topic: 'processed' | 'deadLetters' | 'cleaned' | 'nowhere'
  /** As text, so that the order of the fields counts. */
  readonly value?: string | null
  readonly timestampMs?: number
  /** All of them, as `name=value`. */
  readonly headers?: readonly string[]
  /** What the dead letter says. */
  readonly message?: string
  /** What the header `millrace.rule` says. */
  readonly rule?: string
}

/** Settings, and what must become of some records under them. */
export interface Case {
  readonly name: string
  readonly settings: Environment
  readonly records: readonly (readonly [given: NewRecord, expected: Arrival])[]
}

export const nowMs = Date.now()
export const PII_HASH_KEY = 'a key of our tests'

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
export const hmac = (text: string) => createHmac('sha256', PII_HASH_KEY).update(text).digest('hex')

/** A sound login as JSON, but for some fields. */
export function login(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...soundLogin, ...changes })
}

/** What becomes of a sound login with ENRICH_FIELDS=none, but for some fields. */
export function processed(changes: Partial<ProcessedLogin> = {}, rest: Partial<Arrival> = {}): Arrival {
  const value = {
    user_id: soundLogin.user_id,
    app_version: soundLogin.app_version,
    device_type: soundLogin.device_type,
    ip: '199.172.111.0',
    locale: soundLogin.locale,
    device_id: sha256(soundLogin.device_id),
    timestamp: Number(soundLogin.timestamp),
    ...changes
  }
  return { topic: 'processed', value: JSON.stringify(value), ...rest }
}

export function deadLetter(message: string, rest: Partial<Arrival> = {}): Arrival {
  return { topic: 'deadLetters', message, ...rest }
}

export function cleaned(rule: string, rest: Partial<Arrival> = {}): Arrival {
  return { topic: 'cleaned', rule, ...rest }
}

export const nowhere: Arrival = { topic: 'nowhere' }

export const header = (name: string, value: string) => ({ name, value: Buffer.from(value) })
