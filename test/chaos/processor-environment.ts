import { join } from 'node:path'
import { LOGIN_SETTINGS } from './logins.ts'
import type { ChaosSettings } from './settings.ts'
import type { ChaosTopics } from './topics.ts'

const KILLER_PIPELINE = join(import.meta.dirname, 'killer-pipeline.ts')
/** Small enough that what is in flight turns over many times in a run, and slabs that a burst fills several of. */
export const MAX_IN_FLIGHT_RECORDS = 4096
export const COMMIT_INTERVAL_MS = 1000
const PACE = {
  MAX_IN_FLIGHT_RECORDS: String(MAX_IN_FLIGHT_RECORDS),
  COMMIT_INTERVAL_MS: String(COMMIT_INTERVAL_MS),
  SLAB_RECORDS: '64',
  WORKERS: '2'
}

/** The settings of one of the processors. */
export function environmentOf(
  settings: ChaosSettings,
  bootstrap: string,
  { input, outputs, group }: ChaosTopics,
  processor: number
): Record<string, string> {
  const { delivery } = settings
  return {
    BROKERS: bootstrap,
    INPUT_TOPIC: input,
    OUTPUT_TOPIC: outputs.processed.topic,
    DLQ_TOPIC: outputs['dead-letter'].topic,
    CLEANED_TOPIC: outputs.cleaned.topic,
    GROUP_ID: group,
    // All others have the default, a name made at each start, after whose death a transaction stays open for a while.
    ...(delivery === 'exactly-once' ? { DELIVERY: delivery } : {}),
    ...(delivery === 'exactly-once' && processor > 0 ? { INSTANCE_ID: `chaos-${processor + 1}` } : {}),
    ...(settings.workerKills > 0 ? { PIPELINE: KILLER_PIPELINE } : {}),
    PROVENANCE_HEADERS: 'on',
    ...LOGIN_SETTINGS,
    ...PACE,
    ...settings.processorSettings
  }
}
