import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { printFindings, printTopics, printUnreadable, printVerdict } from '../../../../src/cli/topics/describe-text.ts'
import { execute } from '../../../../src/cli/execute.ts'
import { check } from '../../../../src/topics/check.ts'
import type { ClusterDescription } from '../../../../src/topics/description.ts'
import { topicRoles } from '../../../../src/topics/roles.ts'
import { read, shout } from '../../config/shout-pipeline.ts'
import { cluster, topic } from '../../topics/cluster.ts'

let said = ''
beforeEach(() => {
  said = ''
  vi.spyOn(process.stdout, 'write').mockImplementation(text => ((said += String(text)), true))
})
afterEach(() => void vi.restoreAllMocks())

const { settings } = read({ QUARANTINE_TOPIC: 'words-dlq-2', REDRIVE_TOPIC: 'retry' })
const roles = topicRoles(settings, shout)

function describeAll(described: ClusterDescription, width = 100): string {
  printTopics(roles, described, width)
  return said
}

describe('the tables', () => {
  const described = cluster({
    topics: {
      words: topic({
        inSync: 2,
        config: { 'retention.ms': '-1', 'message.timestamp.after.max.ms': '9223372036854775807' }
      }),
      'loud-words': topic({ isHidden: true })
    }
  })

  test('show what there is, what is missing, and what is not known', () => {
    const lines = describeAll(described).split('\n')
    expect(lines).toContain('  words        input                  6         3   5 of 6           2')
    expect(lines).toContain('  loud-words   loud                   6         3      all           ?')
    expect(lines).toContain('  retry        redrive          missing         -        -           -')
    expect(lines).toContain('  words       delete   for ever          1,048,588  CreateTime     any')
    expect(lines).toContain('  loud-words  ?               ?                  ?  ?                ?')
  })

  test('are blocks on a narrow terminal, and no line is longer than it', () => {
    const lines = describeAll(described, 40).split('\n')
    expect(lines.filter(line => line.length > 40)).toEqual([])
    expect(lines).toContain('    in sync     5 of 6')
  })
})

describe('what is found', () => {
  const described = cluster({ topics: { words: undefined, 'late-words': undefined } })

  test('is told once for all topics, with a command that can be copied', () => {
    const unclean = { config: { 'max.message.bytes': '5000000', 'unclean.leader.election.enable': 'true' } }
    printFindings(
      check(settings, roles, cluster({ topics: { 'words-dlq': topic(unclean), 'loud-words': topic(unclean) } }))
    )
    expect(said.match(/unclean-election/g)).toHaveLength(1)
    const command = 'kafka-configs.sh --alter --entity-type topics --entity-name words-dlq --add-config'
    expect(said.split('\n')).toContain(`  Do: ${command} unclean.leader.election.enable=false`)
  })

  test.each<[string, Partial<ClusterDescription>, string]>([
    ['something unsafe', described, '✖ 4 things are unsafe\n'],
    ['what could not be read', { unreadable: ['x'] }, '✔ nothing unsafe in what could be read\n'],
    ['neither', {}, '✔ nothing unsafe\n']
  ])('ends with a verdict: %s', (_name, changes, verdict) => {
    const safe = cluster({
      topics: { retry: topic({ config: { 'max.message.bytes': '5000000' } }), 'words-dlq-2': topic() }
    })
    const all = { ...safe, ...changes }
    printVerdict(check(settings, roles, all), all)
    expect(said).toBe(verdict)
  })

  test('what could not be read is named, and nothing is said where all was', () => {
    printUnreadable({ ...described, unreadable: ['topic a: Topic authorization failed'] })
    expect(said).toContain('  topic a: Topic authorization failed\n')
    said = ''
    printUnreadable(described)
    expect(said).toBe('')
  })
})

test('--help says all, in 80 columns', async () => {
  const context = { environment: {}, onStop: () => undefined, onUnclosed: () => undefined }
  expect(await execute(['topics', 'grow', '--help'], context)).toBe(0)
  for (const word of ['describe', 'check', 'create', 'grow', '--dry-run', '--yes']) expect(said).toContain(word)
  expect(said.split('\n').filter(line => line.length > 80)).toEqual([])
})
