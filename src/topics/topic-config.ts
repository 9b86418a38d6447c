import type { Config, TopicDescription } from './description.ts'

/** A record that is further ahead than this takes the time of now, before it is written. */
export const MOST_AHEAD_MS = 3_600_000
/** Kafka's largest number, which stands for none. */
export const NO_LIMIT = '9223372036854775807'

/** Undefined where it could not be read, or the brokers do not know the setting. */
export function numberIn(config: Config | undefined, name: string): number | undefined {
  const text = config?.get(name)
  return text === undefined || text === '' ? undefined : Number(text)
}

export function replicasOf({ partitions }: TopicDescription): number {
  return Math.min(...partitions.map(({ replicas }) => replicas))
}

export function minInsyncOf({ config }: TopicDescription): number | undefined {
  return numberIn(config, 'min.insync.replicas')
}

export function maxMessageBytesOf({ config }: TopicDescription): number | undefined {
  return numberIn(config, 'max.message.bytes')
}

export function isCompacted({ config }: TopicDescription): boolean {
  return policies(config).includes('compact')
}

/** How long it keeps a record; Infinity if time deletes none. */
export function retentionMsOf({ config }: TopicDescription): number | undefined {
  if (config === undefined) return undefined
  const retentionMs = policies(config).includes('delete') ? numberIn(config, 'retention.ms') : -1
  return retentionMs !== undefined && retentionMs < 0 ? Infinity : retentionMs
}

/** What topics without a retention of their own have; the brokers take the finest of three settings. */
export function brokerRetentionMs(config: Config | undefined): number | undefined {
  const minutes = numberIn(config, 'log.retention.minutes')
  const hours = numberIn(config, 'log.retention.hours')
  const retentionMs =
    numberIn(config, 'log.retention.ms') ??
    (minutes === undefined ? undefined : minutes * 60_000) ??
    (hours === undefined ? undefined : hours * 3_600_000)
  return retentionMs !== undefined && retentionMs < 0 ? Infinity : retentionMs
}

export function hasLogAppendTime({ config }: TopicDescription): boolean {
  return config?.get('message.timestamp.type') === 'LogAppendTime'
}

function policies(config: Config | undefined): readonly string[] {
  return (config?.get('cleanup.policy') ?? '').split(',').map(policy => policy.trim())
}

/** The largest number, if all are known. */
export function largest(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter(number => number !== undefined)
  return known.length === numbers.length && known.length > 0 ? Math.max(...known) : undefined
}
