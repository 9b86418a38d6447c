import { parseEnv } from 'node:util'
import type { Environment } from '../src/config/environment.ts'

/** What the login job is told by its environment, besides the settings that make Millrace do just that job. */
export interface LoginJob {
  readonly environment: Environment
  /** Records to take. */
  readonly records: number
}

/** Variables of the login job by the settings that they become. */
const variables = {
  BROKERS: 'BROKERS',
  INPUT_TOPIC: 'IN',
  OUTPUT_TOPIC: 'OUT',
  CLEANED_TOPIC: 'CLEANED',
  DLQ_TOPIC: 'DLQ',
  GROUP_ID: 'GROUP'
} as const

/** What the job asks for where it differs from our defaults, or would differ if somebody's environment did. */
const jobSettings = {
  ACCEPTED_APP_VERSIONS: '2.3.0',
  INVALID_IP: 'mask',
  IP_MASKING: 'truncate',
  DEVICE_ID_MASKING: 'hash',
  PII_HASH_KEY: '',
  ENRICH_FIELDS: 'event_time,processed_at',
  AUTO_OFFSET_RESET: 'earliest',
  COMPRESSION: 'lz4',
  LINGER_MS: '20',
  INSIGHTS_EVERY_MS: '0',
  LOG_LEVEL: 'error'
} as const

/**
 * Other settings (`SLAB_RECORDS`, `WORKERS`…) are taken from the environment as ever, so that they can be tried out.
 * Those that make the job what it is change only where `JOB_SETTINGS` says so, in lines as of an env file: it is another
 * job then.
 *
 * @throws naming every variable that is missing.
 */
export function readLoginJob(environment: Environment): LoginJob {
  const missing = [...Object.values(variables), 'N'].filter(name => !environment[name])
  if (missing.length > 0) throw new Error(`the login job needs ${missing.join(', ')} in its environment`)
  const records = Number(environment.N)
  if (!Number.isSafeInteger(records) || records < 1) throw new Error('N is how many records to take, 1 or more')
  const named = Object.entries(variables).map(([setting, name]) => [setting, environment[name]])
  const changed = parseEnv(environment.JOB_SETTINGS ?? '')
  return { environment: { ...environment, ...jobSettings, ...changed, ...Object.fromEntries(named) }, records }
}
