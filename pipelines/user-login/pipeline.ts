import { definePipeline } from '../../src/index.ts'
import { formatIsoTime } from './iso-time.ts'
import { createMasks, type Masks } from './masks.ts'
import { findContradictions, findWarnings, options, type UserLoginSettings } from './options.ts'
import { plainForms, ProcessedLogin, UserLogin } from './schema.ts'
import { checkTimestamp, parseTimestampMs } from './timestamp.ts'
import { processedLoginAvro, userLoginAvro } from './avro-schemas.ts'

export default definePipeline({
  name: 'user-login',
  input: {
    topic: 'user-login',
    schema: UserLogin,
    avro: userLoginAvro,
    fieldDefaults: { device_type: 'unknown' },
    checks: { timestamp: checkTimestamp },
    personal: ['user_id', 'ip', 'device_id'],
    forms: plainForms,
    eventTimeMs
  },
  outputs: { processed: { topic: 'user-login-processed', schema: ProcessedLogin, avro: processedLoginAvro } },
  options,
  rules: ['app_version', 'locale'],
  counters: ['clock-skew'],
  contradictions: findContradictions,
  warnings: findWarnings,
  summarize: {
    device_type: login => login.device_type,
    app_version: login => login.app_version,
    locale: login => login.locale
  },

  transform(login: Partial<UserLogin>, _record, context) {
    const plan = planFor(context.options)
    if (!plan.accepts(login.app_version)) return context.filter('app_version')
    if (login.locale !== undefined && plan.droppedLocales?.has(login.locale)) return context.filter('locale')

    const { ip, device_id: deviceId } = login
    const maskedIp = ip === undefined ? undefined : plan.masks.ip(ip)
    if (ip !== undefined && maskedIp === undefined) return context.deadLetter('ip', 'not-an-ip-address')

    const eventMs = eventTimeMs(login)
    const hasTime = eventMs >= 0
    const latencyMs = context.nowMs - eventMs
    if (hasTime && latencyMs < 0) context.count('clock-skew')

    context.emit('processed', {
      user_id: login.user_id,
      app_version: login.app_version,
      device_type: login.device_type,
      ip: maskedIp,
      locale: login.locale,
      device_id: deviceId === undefined ? undefined : plan.masks.deviceId(deviceId),
      timestamp: hasTime ? Math.floor(eventMs / 1000) : undefined,
      event_time: hasTime && plan.addsEventTime ? formatIsoTime(eventMs) : undefined,
      processed_at: plan.addsProcessedAt ? context.nowIso : undefined,
      latency_ms: hasTime && plan.addsLatency ? latencyMs : undefined
    } satisfies ProcessedLogin)
  }
})

/** -1 where there is none: `timestamp` need not be required. */
function eventTimeMs({ timestamp }: Partial<UserLogin>): number {
  if (timestamp === undefined) return -1
  if (timestamp !== lastTimestamp) {
    lastTimestampMs = parseTimestampMs(timestamp)
    lastTimestamp = timestamp
  }
  return lastTimestampMs
}

/** Asked for several times a login, and many logins have the time of the one before. */
let lastTimestamp: UserLogin['timestamp'] | undefined
let lastTimestampMs = -1

/** What follows from the settings, worked out once instead of for each login. */
interface Plan {
  accepts(appVersion: string | undefined): boolean
  /** Undefined where none is dropped. */
  readonly droppedLocales: ReadonlySet<string> | undefined
  readonly masks: Masks
  readonly addsEventTime: boolean
  readonly addsProcessedAt: boolean
  readonly addsLatency: boolean
}

let plannedSettings: UserLoginSettings | undefined
let planned: Plan | undefined

function planFor(settings: UserLoginSettings): Plan {
  if (planned === undefined || settings !== plannedSettings) {
    planned = createPlan(settings)
    plannedSettings = settings
  }
  return planned
}

function createPlan(settings: UserLoginSettings): Plan {
  const { acceptedAppVersions, enrichFields } = settings
  return {
    accepts: version => acceptedAppVersions.all || (version !== undefined && acceptedAppVersions.has(version)),
    droppedLocales: settings.droppedLocales.length === 0 ? undefined : new Set(settings.droppedLocales),
    masks: createMasks(settings),
    addsEventTime: enrichFields.includes('event_time'),
    addsProcessedAt: enrichFields.includes('processed_at'),
    addsLatency: enrichFields.includes('latency_ms')
  }
}
