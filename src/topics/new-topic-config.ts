import { largestBatchBytes } from '../config/client-properties.ts'
import type { CoreSettings } from '../config/options.ts'
import type { Config } from './description.ts'
import { retentionSetting } from './durations.ts'
import type { TopicRole } from './roles.ts'
import { MOST_AHEAD_MS, NO_LIMIT, numberIn } from './topic-config.ts'

/** Somebody has to look at them, mend what is wrong and redrive them. */
const KEPT_MS = 30 * 86_400_000

/** What a new topic has to fit. Of the inputs the largest counts; undefined where it is not known, or there is none. */
export interface Surroundings {
  readonly brokerConfig: Config | undefined
  readonly inputRetentionMs: number | undefined
  readonly inputBytes: number | undefined
  readonly inputPartitions: number | undefined
  readonly minInsync: number
}

/** The settings of a topic in these roles: explicit, so that they hold when the brokers' defaults change. */
export function configOf(
  roles: readonly TopicRole[],
  settings: CoreSettings,
  { brokerConfig, inputRetentionMs, inputBytes = 0, minInsync }: Surroundings
): Record<string, string> {
  return {
    // A summary's key is the same when it is written again, so that compaction leaves each one once.
    'cleanup.policy': roles.every(({ name }) => name === 'summary') ? 'compact,delete' : 'delete',
    ...retention(roles, inputRetentionMs),
    'max.message.bytes': String(Math.max(largestBatchBytes(settings), inputBytes)),
    'message.timestamp.type': 'CreateTime',
    ...(roles.some(({ isWritten }) => isWritten) && timestampLimits(brokerConfig)),
    'min.insync.replicas': String(minInsync),
    'unclean.leader.election.enable': 'false'
  }
}

/**
 * What carries the input's timestamps is kept at least as long as the input: by these it is deleted. For the rest the
 * brokers' own retention is as good as any.
 */
function retention(roles: readonly TopicRole[], inputMs: number | undefined): Record<string, string> {
  const isKept = roles.some(({ isKept, name }) => isKept || name === 'redrive')
  const followsInput = roles.some(({ timestamps }) => timestamps === 'input' || timestamps === 'event')
  if (isKept) return { 'retention.ms': retentionSetting(Math.max(KEPT_MS, inputMs ?? 0)), 'retention.bytes': '-1' }
  return followsInput && inputMs !== undefined ? { 'retention.ms': retentionSetting(inputMs) } : {}
}

/** Only where the brokers' own would be too narrow: those before Kafka 3.6 do not know these settings. */
function timestampLimits(brokerConfig: Config | undefined): Record<string, string> {
  const aheadMs = numberIn(brokerConfig, 'log.message.timestamp.after.max.ms') ?? Infinity
  const oldMs = numberIn(brokerConfig, 'log.message.timestamp.before.max.ms') ?? Infinity
  return {
    ...(aheadMs < MOST_AHEAD_MS && { 'message.timestamp.after.max.ms': String(MOST_AHEAD_MS) }),
    ...(oldMs < Number(NO_LIMIT) && { 'message.timestamp.before.max.ms': NO_LIMIT })
  }
}
