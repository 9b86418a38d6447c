import { describe, expect, test } from 'vitest'
import { judgeGrowth } from '../../../src/topics/growth.ts'
import { topicRoles } from '../../../src/topics/roles.ts'
import { read, shout } from '../config/shout-pipeline.ts'
import { topic } from './cluster.ts'

const { settings } = read({ REDRIVE_TOPIC: 'retry' })
const rolesOf = (name: string) => topicRoles(settings, shout).filter(({ role }) => role.name === name)
const compacted = topic({ config: { 'cleanup.policy': 'compact' } })

describe('more partitions', () => {
  test.each(['input', 'redrive'])('are objected to for what is read: %s', role => {
    const { objections } = judgeGrowth(rolesOf(role), topic(), 7)
    expect(objections).toEqual([expect.stringContaining('their order is lost')])
  })

  test.each(['loud', 'dead-letters'])('are only warned of for what is written: %s', role => {
    const { objections, warnings } = judgeGrowth(rolesOf(role), topic(), 7)
    expect(objections).toEqual([])
    expect(warnings[0]).toContain('go to other partitions')
  })

  test('are objected to where a former partition keeps the last record of a key', () => {
    expect(judgeGrowth(rolesOf('loud'), compacted, 7).objections).toEqual([expect.stringContaining('compacted')])
  })
})

test.each([6, 5])('%i of six partitions are no growth, and nothing is to be said of them', to => {
  expect(judgeGrowth(rolesOf('input'), compacted, to)).toEqual({ from: 6, to, objections: [], warnings: [] })
})
