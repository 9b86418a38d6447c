import { expect, test } from 'vitest'
import { outputsOf } from '../../../src/config/outputs.ts'
import type { CoreSettings } from '../../../src/config/options.ts'
import { topicRoles } from '../../../src/topics/roles.ts'
import { read, shout } from '../config/shout-pipeline.ts'

const names = (settings: CoreSettings, existing: string[] = []) =>
  topicRoles(settings, shout, existing).map(({ topic, role }) => `${role.name} ${topic}`)

test('every topic of the settings has its role', () => {
  const { settings, problems } = read({
    INPUT_TOPIC: 'words,more-words',
    CLEANED_TOPIC: 'left-out',
    REDRIVE_TOPIC: 'retry',
    QUARANTINE_TOPIC: 'hopeless',
    METRICS_TOPIC: 'figures',
    SUMMARY_TOPIC: 'sums'
  })
  expect(problems).toEqual([])
  expect(names(settings).toSorted()).toEqual([
    'cleaned left-out',
    'dead-letters words-dlq',
    'input more-words',
    'input words',
    'lateOnes late-words',
    'loud loud-words',
    'metrics figures',
    'quarantine hopeless',
    'redrive retry',
    'summary sums'
  ])
})

test('what rows are written to has a role, whatever comes to it', () => {
  const { settings } = read({ CLEANED_TOPIC: 'left-out', METRICS_TOPIC: 'figures', SUMMARY_TOPIC: 'sums' })
  const planned = new Set(topicRoles(settings, shout).map(({ topic }) => topic))
  expect(outputsOf(shout, settings).topics.filter(topic => !planned.has(topic))).toEqual([])
})

test('a setting that is not known here counts as a report of the processor', () => {
  const { settings } = read({})
  const later = { ...settings, nightlyDigestTopic: 'digest', absentTopic: undefined }
  const found = topicRoles(later, shout).find(({ topic }) => topic === 'digest')
  expect(found?.role).toMatchObject({ name: 'nightly-digest', setting: 'NIGHTLY_DIGEST_TOPIC', keys: 'unique' })
  expect(names(later).filter(name => name.startsWith('absent'))).toEqual([])
})

test('a pattern stands for the topics that match it, each once', () => {
  const { settings } = read({ INPUT_TOPIC: '^word,words', DLQ_TOPIC: 'dead' })
  expect(names(settings, ['words', 'wordy', 'others']).filter(name => name.startsWith('input'))).toEqual([
    'input words',
    'input wordy'
  ])
})

test('a redrive topic that is an input anyway is that', () => {
  const { settings } = read({ INPUT_TOPIC: '^word', DLQ_TOPIC: 'dead', REDRIVE_TOPIC: 'words-retry' })
  expect(names(settings, ['words-retry'])).toContain('input words-retry')
  expect(names(settings, ['words-retry'])).not.toContain('redrive words-retry')
})
