import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { check, topicRules } from '../../../src/topics/check.ts'
import { OFFSETS_TOPIC, TRANSACTIONS_TOPIC } from '../../../src/topics/description.ts'
import { topicRoles } from '../../../src/topics/roles.ts'
import { clusterRules } from '../../../src/topics/rules/cluster.ts'
import { read, shoutWithTime } from '../config/shout-pipeline.ts'
import { large, LARGE } from './case.ts'
import { cluster, topic, type ClusterChanges } from './cluster.ts'
import { clusterCases } from './rules/cluster-cases.ts'
import { partitionsCases } from './rules/partitions-cases.ts'
import { recordsCases } from './rules/records-cases.ts'
import { replicasCases } from './rules/replicas-cases.ts'
import { retentionCases } from './rules/retention-cases.ts'

type Environment = Readonly<Record<string, string>>

/** What is found, as `rule topic`. */
function found(changes: ClusterChanges, environment: Environment = {}): string[] {
  const { settings, problems } = read(environment, shoutWithTime)
  expect(problems).toEqual([])
  const described = cluster(changes)
  const roles = topicRoles(settings, shoutWithTime, [...described.topics.keys()])
  return check(settings, roles, described).map(({ rule, topic }) => (topic === undefined ? rule : `${rule} ${topic}`))
}

const cases = [...replicasCases, ...retentionCases, ...recordsCases, ...partitionsCases, ...clusterCases]

test('nothing is found where everything is as it should be', () => {
  expect(found({})).toEqual([])
})

describe.each(cases)('$rule', ({ fires, quiet }) => {
  test('is found, and nothing else', () => {
    const [changes, expected, environment] = fires
    expect(found(changes, environment)).toEqual(expected)
  })

  test('is not found just inside its limit', () => {
    const [changes, environment] = quiet
    expect(found(changes, environment)).toEqual([])
  })
})

const rules = [...topicRules, ...clusterRules].map(({ name }) => name)

test('each rule has its case, and its place in the documentation', () => {
  expect(cases.map(({ rule }) => rule).toSorted()).toEqual(rules.toSorted())
  const page = readFileSync(new URL('../../../docs/topics.md', import.meta.url), 'utf8')
  expect(rules.filter(rule => !page.includes(`\`${rule}\``))).toEqual([])
})

describe('a compacted output', () => {
  test('of metrics keeps the last of each partition, and a summary is none of them: its keys are its own', () => {
    const both = { figures: large({ 'cleanup.policy': 'compact' }), sums: large({ 'cleanup.policy': 'compact' }) }
    const environment = { METRICS_TOPIC: 'figures', SUMMARY_TOPIC: 'sums' }
    expect(found({ topics: both }, environment)).toEqual(['compacted-output figures'])
  })

  const changes = {
    topics: { 'loud-words': large({ 'cleanup.policy': 'compact' }), left: large({ 'cleanup.policy': 'compact' }) }
  }

  test('with OUTPUT_KEY=none refuses every record', () => {
    expect(
      found({ topics: { 'loud-words': large({ 'cleanup.policy': 'compact' }) } }, { OUTPUT_KEY: 'none' })
    ).toContain('compacted-without-keys loud-words')
  })

  test('of left-out records is not helped by REQUIRE_KEY, which is about results', () => {
    const names = found(changes, { REQUIRE_KEY: 'on', CLEANED_TOPIC: 'left' })
    expect(names).toContain('compacted-without-keys left')
    expect(names).not.toContain('compacted-without-keys loud-words')
  })
})

describe('what may not be read is not judged', () => {
  test('settings of a topic', () => {
    expect(found({ topics: { words: topic({ isHidden: true }), 'words-dlq': topic({ isHidden: true }) } })).toEqual([])
  })

  test('settings of the brokers, and their own topics', () => {
    const hidden = {
      ...cluster({ topics: { [OFFSETS_TOPIC]: undefined, [TRANSACTIONS_TOPIC]: undefined } }),
      brokerConfig: undefined
    }
    const { settings } = read({ DELIVERY: 'exactly-once' })
    expect(check(settings, topicRoles(settings, shoutWithTime), hidden)).toEqual([])
  })
})

describe('an input that keeps its records for ever', () => {
  const words = topic({ config: { 'retention.ms': '-1' } })

  test('asks the same of what carries its timestamps', () => {
    expect(found({ topics: { words } })).toEqual([
      'old-timestamps loud-words',
      'old-timestamps late-words',
      'kept-too-short words-dlq',
      'offsets-forgotten-earliest'
    ])
  })

  test('and so does one that is compacted and not deleted from', () => {
    const compacted = topic({ config: { 'cleanup.policy': 'compact' } })
    expect(found({ topics: { words: compacted } })).toContain('kept-too-short words-dlq')
  })
})

test('a topic in two roles is told of the same thing once, and the unsafe comes first', () => {
  const { settings } = read({ CLEANED_TOPIC: 'words-dlq' })
  const described = cluster({
    topics: { 'words-dlq': topic({ partitions: 3, config: { ...LARGE, 'unclean.leader.election.enable': 'true' } }) }
  })
  const findings = check(settings, topicRoles(settings, shoutWithTime), described)
  expect(findings.map(({ severity, rule, roles }) => `${severity} ${rule} ${roles.join()}`)).toEqual([
    'unsafe unclean-election dead-letters,cleaned',
    'note fewer-partitions cleaned'
  ])
})
