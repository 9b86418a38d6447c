import { bytesText, durationText, retentionSetting } from '../durations.ts'
import { setTo, type Subject, type TopicRule, type World } from '../rule.ts'
import { hasLogAppendTime, isCompacted, largest, numberIn, retentionMsOf } from '../topic-config.ts'

const DAY_MS = 86_400_000

/** Records that the brokers delete or overwrite before somebody has come for them. */
export const retentionRules: readonly TopicRule[] = [
  {
    name: 'kept-too-short',
    severity: 'unsafe',
    find: (subject, world) =>
      subject.role.isKept ? shorterThan(subject, inputRetentionMs(world), 'the input') : undefined,
    why:
      'dead letters have the timestamps of their inputs, by which they are deleted: an old one at once, before anybody ' +
      'has seen it or redriven it',
    remedy: keepAsLongAsInput
  },
  {
    name: 'old-timestamps',
    severity: 'unsafe',
    find: (subject, world) =>
      !subject.role.isKept && subject.role.timestamps === 'input' && subject.role.name !== 'redrive'
        ? shorterThan(subject, inputRetentionMs(world), 'the input')
        : undefined,
    why:
      'records keep the timestamps of their inputs, by which they are deleted: what comes of an old input is gone at ' +
      'once, as after an outage or a seek',
    remedy: (subject, world) =>
      subject.role.name === 'cleaned'
        ? keepAsLongAsInput(subject, world)
        : `${keepAsLongAsInput(subject, world)}; or set OUTPUT_TIMESTAMP=now`
  },
  {
    name: 'event-timestamps',
    severity: 'note',
    find: subject => {
      const retentionMs = retentionMsOf(subject) ?? Infinity
      if (subject.role.timestamps !== 'event' || retentionMs === Infinity || hasLogAppendTime(subject)) return undefined
      return `keeps records for ${durationText(retentionMs)} from the time of the event (OUTPUT_TIMESTAMP=event)`
    },
    why: 'an event that is reported later than that is deleted as soon as it is written',
    remedy: ({ topic }) => `if that may be: ${setTo(topic, 'retention.ms=-1')}, or OUTPUT_TIMESTAMP=now`
  },
  {
    name: 'redriven-too-old',
    severity: 'note',
    find: (subject, { deadLetters }) =>
      subject.role.name === 'redrive'
        ? shorterThan(subject, deadLetters && retentionMsOf(deadLetters), 'the dead letters')
        : undefined,
    why: 'a redriven record has its first timestamp: an old one may be deleted before it is read',
    remedy: ({ topic }, { deadLetters }) =>
      setTo(topic, `retention.ms=${retentionSetting((deadLetters && retentionMsOf(deadLetters)) ?? Infinity)}`)
  },
  {
    name: 'kept-by-size',
    severity: 'note',
    find: ({ role, config }) => {
      const bytes = numberIn(config, 'retention.bytes')
      if (!role.isKept || bytes === undefined || bytes < 0) return undefined
      return `keeps no more than ${bytesText(bytes)} a partition (retention.bytes)`
    },
    why: 'a flood of dead letters pushes out those that nobody has looked at yet',
    remedy: ({ topic }) => setTo(topic, 'retention.bytes=-1')
  },
  {
    name: 'short-input',
    severity: 'note',
    find: subject => {
      const retentionMs = retentionMsOf(subject) ?? Infinity
      if (subject.role.name !== 'input' || retentionMs >= DAY_MS) return undefined
      return `keeps records for ${durationText(retentionMs)}`
    },
    why: 'what a processor that is down or behind has not read by then is lost',
    remedy: ({ topic }) => setTo(topic, `retention.ms=${7 * DAY_MS}`)
  },
  {
    name: 'compacted-dead-letters',
    severity: 'unsafe',
    find: subject =>
      subject.role.isKept && isCompacted(subject)
        ? 'is compacted: a record overwrites the earlier ones of the same key'
        : undefined,
    why: 'of several dead letters of a key the last one is left, and one without a key is refused',
    remedy: ({ topic }) => setTo(topic, 'cleanup.policy=delete')
  },
  {
    name: 'compacted-input',
    severity: 'note',
    find: subject => (subject.role.isRead && isCompacted(subject) ? 'is compacted' : undefined),
    why: 'records that are overwritten before they are read are never processed, and no count misses them',
    remedy: ({ topic }) => `if each record counts: ${setTo(topic, 'cleanup.policy=delete')}`
  }
]

/** Undefined unless it is known of all inputs. */
export function inputRetentionMs({ inputs }: Pick<World, 'inputs'>): number | undefined {
  return largest(inputs.map(retentionMsOf))
}

function shorterThan(subject: Subject, otherMs: number | undefined, other: string): string | undefined {
  const retentionMs = retentionMsOf(subject)
  if (retentionMs === undefined || otherMs === undefined || retentionMs >= otherMs) return undefined
  // Deleted by the time at which it was written, a record lives for its whole retention, however old it was.
  if (hasLogAppendTime(subject) && !subject.role.isKept) return undefined
  return `keeps records for ${durationText(retentionMs)}, ${other} ${durationText(otherMs)}`
}

function keepAsLongAsInput({ topic }: Subject, world: World): string {
  return setTo(topic, `retention.ms=${retentionSetting(inputRetentionMs(world) ?? Infinity)}`)
}
