import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { check } from '../../../src/topics/check.ts'
import type { ClusterDescription, TopicDescription } from '../../../src/topics/description.ts'
import { newTopics, replicasFor } from '../../../src/topics/new-topics.ts'
import { topicRoles } from '../../../src/topics/roles.ts'
import { read, shoutWithTime } from '../config/shout-pipeline.ts'
import { cluster, created, topic } from './cluster.ts'

const ABSENT = { words: undefined, 'loud-words': undefined, 'late-words': undefined, 'words-dlq': undefined }

function plan(environment: Record<string, string>, described: ClusterDescription, wish = {}) {
  const { settings, problems } = read(environment, shoutWithTime)
  expect(problems).toEqual([])
  const roles = topicRoles(settings, shoutWithTime)
  return { settings, roles, topics: newTopics(settings, roles, described, wish) }
}

const DAY_MS = 86_400_000

describe('what is missing', () => {
  test('is created, and what is there is left alone', () => {
    const described = cluster({ topics: { 'words-dlq': undefined } })
    expect(plan({}, described).topics).toEqual([
      {
        topic: 'words-dlq',
        partitions: 6,
        replicationFactor: 3,
        config: {
          'cleanup.policy': 'delete',
          'retention.ms': String(30 * DAY_MS),
          'retention.bytes': '-1',
          'max.message.bytes': String(4_194_304 + 65_536),
          'message.timestamp.type': 'CreateTime',
          'min.insync.replicas': '2',
          'unclean.leader.election.enable': 'false'
        }
      }
    ])
    expect(plan({}, cluster()).topics).toEqual([])
  })

  test('has the partitions of the input, else those of the settings; a report always has these', () => {
    const environment = { TOPIC_PARTITIONS: '4', METRICS_TOPIC: 'figures' }
    const partitions = (described: ClusterDescription, wish = {}) =>
      Object.fromEntries(plan(environment, described, wish).topics.map(({ topic, partitions }) => [topic, partitions]))
    const words = topic({ partitions: 9 })
    expect(partitions(cluster({ topics: { ...ABSENT, words } }))).toMatchObject({ 'loud-words': 9, figures: 4 })
    expect(partitions(cluster({ topics: ABSENT }))).toMatchObject({ words: 4, 'loud-words': 4, figures: 4 })
    expect(partitions(cluster({ topics: { ...ABSENT, words } }), { partitions: 2 })).toMatchObject({ 'loud-words': 2 })
  })

  test.each([
    [1, 1, '1'],
    [2, 2, '1'],
    [3, 3, '2'],
    [5, 3, '2']
  ])('on %i brokers has %i replicas, of which %s must have a record', (brokers, replicas, minInsync) => {
    const { topics } = plan({}, cluster({ brokers, topics: ABSENT }))
    expect(topics.map(({ replicationFactor }) => replicationFactor)).toEqual([replicas, replicas, replicas, replicas])
    expect(new Set(topics.map(({ config }) => config?.['min.insync.replicas']))).toEqual(new Set([minInsync]))
  })

  test('has other replicas where settings or arguments say so, arguments first', () => {
    const { settings } = read({ TOPIC_REPLICATION: '5', TOPIC_MIN_INSYNC: '3' })
    expect(replicasFor(settings, 3, {})).toBe(5)
    expect(replicasFor(settings, 3, { replicas: 4 })).toBe(4)
    const [words] = plan(
      { TOPIC_REPLICATION: '5', TOPIC_MIN_INSYNC: '3' },
      cluster({ brokers: 5, topics: ABSENT })
    ).topics
    expect(words).toMatchObject({ replicationFactor: 5, config: { 'min.insync.replicas': '3' } })
  })

  test.each([
    [{ 'log.retention.ms': '-1' }, '-1'],
    [{ 'log.retention.hours': '2160', 'log.retention.minutes': '60' }, String(30 * DAY_MS)],
    [{ 'log.retention.hours': '2160' }, String(90 * DAY_MS)],
    [{}, String(30 * DAY_MS)]
  ])("keeps dead letters as long as an input that takes the brokers' own retention: %j", (brokerConfig, retention) => {
    const { topics } = plan({}, cluster({ topics: ABSENT, brokerConfig }))
    expect(topics.find(({ topic }) => topic === 'words-dlq')?.config?.['retention.ms']).toBe(retention)
  })

  test('that is a summary is compacted: one that is written again has the same key', () => {
    const { topics } = plan({ SUMMARY_TOPIC: 'sums', METRICS_TOPIC: 'figures' }, cluster())
    const policies = Object.fromEntries(topics.map(({ topic, config }) => [topic, config?.['cleanup.policy']]))
    expect(policies).toEqual({ sums: 'compact,delete', figures: 'delete' })
  })
})

const retention = fc.oneof(fc.constant(-1), fc.integer({ min: DAY_MS, max: 400 * DAY_MS }))

const input = fc.record({
  partitions: fc.integer({ min: 1, max: 40 }),
  retentionMs: retention,
  maxBytes: fc.integer({ min: 1000, max: 50_000_000 })
})

const surroundings = fc.record({
  brokers: fc.constantFrom(1, 3, 4, 9),
  input: fc.option(input, { nil: undefined }),
  aheadMs: fc.constantFrom('1000', '3600000', '9223372036854775807'),
  oldMs: fc.constantFrom('1000', '9223372036854775807'),
  defaultRetentionMs: retention,
  delivery: fc.constantFrom('at-least-once', 'exactly-once'),
  outputTimestamp: fc.constantFrom('input', 'now', 'event'),
  further: fc.subarray(['CLEANED_TOPIC', 'REDRIVE_TOPIC', 'QUARANTINE_TOPIC', 'METRICS_TOPIC', 'SUMMARY_TOPIC'])
})

/** Defaults of brokers, each as bad as can be. */
const BAD_DEFAULTS = {
  'cleanup.policy': 'compact',
  'max.message.bytes': '1000',
  'message.timestamp.type': 'LogAppendTime',
  'min.insync.replicas': '3',
  'retention.bytes': '1000',
  'unclean.leader.election.enable': 'true'
}

// Two brokers are left out: of two replicas, either one must have a record or both, and each is unsafe in its way.
test('whatever there is already: with what is created, nothing is unsafe', () => {
  fc.assert(
    fc.property(surroundings, given => {
      const { brokers, aheadMs, oldMs, defaultRetentionMs, delivery, outputTimestamp, further } = given
      const words = given.input && inputOf(given.input, Math.min(3, brokers))
      const brokerConfig = {
        'log.message.timestamp.after.max.ms': aheadMs,
        'log.message.timestamp.before.max.ms': oldMs,
        'log.retention.ms': String(defaultRetentionMs)
      }
      const before = cluster({ brokers, brokerConfig, topics: { ...ABSENT, words } })
      const names = Object.fromEntries(further.map(name => [name, name.toLowerCase()]))
      const environment = { DELIVERY: delivery, OUTPUT_TIMESTAMP: outputTimestamp, ...names }
      const { settings, roles, topics } = plan(environment, before)
      const defaults = {
        ...BAD_DEFAULTS,
        'message.timestamp.after.max.ms': aheadMs,
        'message.timestamp.before.max.ms': oldMs,
        'retention.ms': String(defaultRetentionMs)
      }
      const after = new Map(before.topics)
      for (const { topic, partitions, replicationFactor, config } of topics) {
        after.set(topic, created(partitions, replicationFactor, { ...defaults, ...config }))
      }
      const findings = check(settings, roles, { ...before, topics: after })
      expect(findings.filter(({ severity }) => severity === 'unsafe')).toEqual([])
    })
  )
})

function inputOf({ partitions, retentionMs, maxBytes }: InputShape, replicas: number): TopicDescription {
  const config = {
    'retention.ms': String(retentionMs),
    'max.message.bytes': String(maxBytes),
    'min.insync.replicas': replicas > 1 ? '2' : '1'
  }
  return topic({ partitions, replicas, config })
}

interface InputShape {
  readonly partitions: number
  readonly retentionMs: number
  readonly maxBytes: number
}
