import type { CoreSettings } from '../../config/options.ts'
import { bytesText, durationText } from '../durations.ts'
import { setTo, type Subject, type TopicRule, type World } from '../rule.ts'
import {
  hasLogAppendTime,
  isCompacted,
  largest,
  maxMessageBytesOf,
  MOST_AHEAD_MS,
  NO_LIMIT,
  numberIn
} from '../topic-config.ts'
import { inputRetentionMs } from './retention.ts'

/** Records that the topic would refuse or change. */
export const recordRules: readonly TopicRule[] = [
  {
    name: 'smaller-than-input',
    severity: 'unsafe',
    find: (subject, world) => {
      const bytes = maxMessageBytesOf(subject)
      const inputBytes = largestInputBytes(world)
      if (!carriesRecords(subject) || bytes === undefined || inputBytes === undefined || bytes >= inputBytes)
        return undefined
      return `takes ${bytesText(bytes)} at most (max.message.bytes), the input ${bytesText(inputBytes)}`
    },
    why:
      'a large record becomes a dead letter, and where the dead-letter topic is the smaller one, a dead letter without ' +
      'its value: that is gone when the input is',
    remedy: (subject, world) => setTo(subject.topic, `max.message.bytes=${largestInputBytes(world)}`)
  },
  {
    name: 'smaller-than-outputs',
    severity: 'note',
    find: (subject, { settings }) => {
      const bytes = maxMessageBytesOf(subject)
      if (!carriesRecords(subject) || subject.role.isKept || bytes === undefined) return undefined
      if (bytes >= settings.maxOutputBytes) return undefined
      return `takes ${bytesText(bytes)} at most (max.message.bytes), MAX_OUTPUT_BYTES is ${bytesText(settings.maxOutputBytes)}`
    },
    why: 'an output between the two is refused by the brokers and becomes a dead letter, which costs time',
    remedy: ({ topic }, { settings }) =>
      `lower MAX_OUTPUT_BYTES, or ${setTo(topic, `max.message.bytes=${settings.maxOutputBytes}`)}`
  },
  {
    name: 'compacted-without-keys',
    severity: 'unsafe',
    find: (subject, { settings }) =>
      isResult(subject) && isCompacted(subject) && mayLackKeys(subject, settings)
        ? `is compacted, and ${subject.role.keys === 'none' ? 'OUTPUT_KEY=none' : 'a record of the input may have no key'}`
        : undefined,
    why: 'the brokers refuse a record without a key: it becomes a dead letter',
    remedy: ({ topic, role }) =>
      `${role.name === 'cleaned' ? '' : 'set OUTPUT_KEY to a field or REQUIRE_KEY=on; or '}${setTo(topic, 'cleanup.policy=delete')}`
  },
  {
    name: 'compacted-output',
    severity: 'note',
    find: subject =>
      (isResult(subject) || subject.role.name === 'metrics') && isCompacted(subject) ? 'is compacted' : undefined,
    why: 'of several records of a key only the last one stays, and `millrace verify` misses the other results',
    remedy: ({ topic }) => `if each result counts: ${setTo(topic, 'cleanup.policy=delete')}`
  },
  {
    name: 'append-time',
    severity: 'unsafe',
    find: subject =>
      hasLogAppendTime(subject) && keepsTimestamps(subject)
        ? 'gives every record the time at which it was written (message.timestamp.type=LogAppendTime)'
        : undefined,
    why: 'the timestamp that the record is to have is lost, and an age can not be judged by it after a redrive',
    remedy: ({ topic, role }) =>
      `${setTo(topic, 'message.timestamp.type=CreateTime')}${role.isKept || role.name === 'cleaned' ? '' : '; or set OUTPUT_TIMESTAMP=now'}`
  },
  {
    name: 'refuses-ahead',
    severity: 'unsafe',
    find: subject => {
      const aheadMs = numberIn(subject.config, 'message.timestamp.after.max.ms')
      if (!keepsTimestamps(subject) || aheadMs === undefined || aheadMs >= MOST_AHEAD_MS) return undefined
      return `refuses timestamps more than ${durationText(aheadMs)} ahead (message.timestamp.after.max.ms)`
    },
    why: 'records up to an hour ahead keep their timestamps; the brokers refuse whole batches for one that is too far ahead',
    remedy: ({ topic }) => setTo(topic, `message.timestamp.after.max.ms=${MOST_AHEAD_MS}`)
  },
  {
    name: 'refuses-old',
    severity: 'unsafe',
    find: (subject, world) => {
      const beforeMs = numberIn(subject.config, 'message.timestamp.before.max.ms')
      if (!keepsTimestamps(subject) || beforeMs === undefined || beforeMs >= oldestInputMs(world)) return undefined
      return `refuses timestamps more than ${durationText(beforeMs)} old (message.timestamp.before.max.ms)`
    },
    why: 'the input keeps records for longer; what comes of an old one is refused, its dead letter too',
    remedy: ({ topic }) => setTo(topic, `message.timestamp.before.max.ms=${NO_LIMIT}`)
  }
]

/** An input that keeps its records for ever may hold any; one whose retention can't be read is not judged by. */
function oldestInputMs(world: World): number {
  const retentionMs = inputRetentionMs(world) ?? 0
  return retentionMs === Infinity ? Number.MAX_SAFE_INTEGER : retentionMs
}

function largestInputBytes({ inputs }: World): number | undefined {
  return largest(inputs.map(maxMessageBytesOf))
}

/** Whether what it holds grows with the input's records. */
function carriesRecords({ role }: Subject): boolean {
  return role.isWritten && role.keys !== 'unique'
}

function isResult(subject: Subject): boolean {
  return carriesRecords(subject) && !subject.role.isKept && !subject.role.isRead
}

/** REQUIRE_KEY is about the pipeline's outputs; a cleaned record is as it came. */
function mayLackKeys({ role }: Subject, { requireKey }: CoreSettings): boolean {
  return role.keys === 'none' || (role.keys === 'input' && (requireKey === 'off' || role.name === 'cleaned'))
}

function keepsTimestamps({ role }: Subject): boolean {
  return role.isWritten && (role.timestamps === 'input' || role.timestamps === 'event')
}
