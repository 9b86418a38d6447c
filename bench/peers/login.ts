import { hash } from 'node:crypto'

/** What the login job makes of a value: where it goes, and what is written there. */
export interface Routed {
  readonly to: 'out' | 'cleaned' | 'dlq'
  readonly value: string | Buffer | null
}

const REQUIRED = ['user_id', 'ip', 'device_id', 'app_version', 'locale'] as const
const SECONDS = /^\d{1,12}$/
const IPV4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/

/** The login job as one would write it by hand, for every peer alike. */
export function route(value: Buffer | null): Routed {
  const login = parse(value)
  if (login === undefined) return { to: 'dlq', value }
  for (const field of REQUIRED) {
    if (typeof login[field] !== 'string' || login[field] === '') return { to: 'dlq', value }
  }
  const seconds = secondsOf(login.timestamp)
  if (seconds === undefined) return { to: 'dlq', value }
  if (login.app_version !== '2.3.0') return { to: 'cleaned', value }
  const { user_id, app_version, device_type, ip, locale, device_id } = login as Record<string, string>
  const output = {
    user_id,
    app_version,
    device_type: device_type || 'unknown',
    ip: maskIp(ip),
    locale,
    device_id: hash('sha256', device_id, 'hex'),
    timestamp: seconds,
    event_time: new Date(seconds * 1000).toISOString(),
    processed_at: new Date().toISOString()
  }
  return { to: 'out', value: JSON.stringify(output) }
}

function parse(value: Buffer | null): Record<string, unknown> | undefined {
  if (value === null) return undefined
  try {
    const parsed: unknown = JSON.parse(value.toString())
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    return isObject ? (parsed as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function secondsOf(timestamp: unknown): number | undefined {
  if (typeof timestamp === 'number') return Number.isInteger(timestamp) ? timestamp : undefined
  return typeof timestamp === 'string' && SECONDS.test(timestamp) ? Number(timestamp) : undefined
}

function maskIp(ip: string): string {
  const network = IPV4.exec(ip)?.[1]
  return network === undefined ? 'invalid' : `${network}.0`
}
