import type { FaultName } from './sample-faults.ts'
import { isSaidInAvro, type SampleKind } from './sample-kinds.ts'
import { OLD_BY_MS, type Sample } from './samples.ts'

/** The settings that decide what becomes of samples; all others have their defaults. */
export interface OutcomeSettings {
  readonly acceptedAppVersions: { has(version: string): boolean }
  readonly droppedLocales: readonly string[]
  readonly invalidIp: 'dead-letter' | 'mask'
  readonly tombstones: 'dead-letter' | 'pass' | 'filter'
  /** Unless given, off. All but `old` logins are taken for young enough. */
  readonly maxRecordAgeMs?: number
  readonly rejectDuplicateKeys?: boolean
  /** Unless given, json. */
  readonly sampleCodec?: 'json' | 'avro'
}

export interface ExpectedOutcome {
  readonly outcome: 'processed' | 'filtered' | 'expired' | 'dead-letter'
  /** Of a dead letter its reason, of a filtered or expired record its rule, otherwise empty. */
  readonly why: string
}

/** Why a fault keeps a login from ever reaching the transform. */
const unreadable: Readonly<Partial<Record<FaultName, string>>> = {
  malformed: 'not-json',
  'empty-value': 'not-json',
  'byte-order-mark': 'not-json',
  'nul-bytes': 'not-json',
  'not-utf8': 'not-utf8',
  'not-an-object': 'not-an-object',
  'too-deep': 'too-deep',
  'lone-surrogate': 'lone-surrogate',
  'missing-field': 'invalid',
  'empty-field': 'invalid',
  'wrong-type': 'invalid',
  'null-field': 'invalid',
  'no-fields': 'invalid',
  'not-a-timestamp': 'invalid'
}

/** What must become of a sample, worked out from what the generator knows and not from the pipeline. */
export function expectedOutcome(
  { kind, appVersion, locale }: Pick<Sample, 'kind' | 'appVersion' | 'locale'>,
  settings: OutcomeSettings
): ExpectedOutcome {
  if (kind === 'old' && expires(settings)) return { outcome: 'expired', why: 'age' }
  if (kind === 'null-value') return tombstones[settings.tombstones]
  const reason = whyUnreadable(kind, settings)
  if (reason !== undefined) return { outcome: 'dead-letter', why: reason }
  if (!settings.acceptedAppVersions.has(appVersion)) return { outcome: 'filtered', why: 'app_version' }
  if (settings.droppedLocales.includes(locale)) return { outcome: 'filtered', why: 'locale' }
  if (kind === 'not-an-ip' && settings.invalidIp === 'dead-letter') return { outcome: 'dead-letter', why: 'rejected' }
  return { outcome: 'processed', why: '' }
}

function expires({ maxRecordAgeMs = 0 }: OutcomeSettings): boolean {
  return maxRecordAgeMs > 0 && maxRecordAgeMs <= OLD_BY_MS
}

function whyUnreadable(kind: SampleKind, { rejectDuplicateKeys, sampleCodec }: OutcomeSettings): string | undefined {
  if (sampleCodec === 'avro' && !isSaidInAvro(kind)) return 'not-avro'
  if (kind === 'duplicate-key' && rejectDuplicateKeys) return 'duplicate-key'
  return (unreadable as Readonly<Record<string, string | undefined>>)[kind]
}

const tombstones: Readonly<Record<OutcomeSettings['tombstones'], ExpectedOutcome>> = {
  'dead-letter': { outcome: 'dead-letter', why: 'null-value' },
  pass: { outcome: 'processed', why: '' },
  filter: { outcome: 'filtered', why: 'tombstone' }
}
