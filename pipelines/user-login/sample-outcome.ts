import type { FaultName } from './sample-faults.ts'
import type { Sample } from './samples.ts'

/** The settings that decide what becomes of samples; all others have their defaults. */
export interface OutcomeSettings {
  readonly acceptedAppVersions: { has(version: string): boolean }
  readonly droppedLocales: readonly string[]
  readonly invalidIp: 'dead-letter' | 'mask'
  readonly tombstones: 'dead-letter' | 'pass' | 'filter'
}

export interface ExpectedOutcome {
  readonly outcome: 'processed' | 'filtered' | 'dead-letter'
  /** Of a dead letter its reason, of a filtered record its rule, otherwise empty. */
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
  'not-a-timestamp': 'invalid'
}

/** What must become of a sample, worked out from what the generator knows and not from the pipeline. */
export function expectedOutcome(
  { kind, appVersion, locale }: Pick<Sample, 'kind' | 'appVersion' | 'locale'>,
  settings: OutcomeSettings
): ExpectedOutcome {
  if (kind === 'null-value') return tombstones[settings.tombstones]
  const reason = (unreadable as Readonly<Record<string, string | undefined>>)[kind]
  if (reason !== undefined) return { outcome: 'dead-letter', why: reason }
  if (!settings.acceptedAppVersions.has(appVersion)) return { outcome: 'filtered', why: 'app_version' }
  if (settings.droppedLocales.includes(locale)) return { outcome: 'filtered', why: 'locale' }
  if (kind === 'not-an-ip' && settings.invalidIp === 'dead-letter') return { outcome: 'dead-letter', why: 'rejected' }
  return { outcome: 'processed', why: '' }
}

const tombstones: Readonly<Record<OutcomeSettings['tombstones'], ExpectedOutcome>> = {
  'dead-letter': { outcome: 'dead-letter', why: 'null-value' },
  pass: { outcome: 'processed', why: '' },
  filter: { outcome: 'filtered', why: 'tombstone' }
}
