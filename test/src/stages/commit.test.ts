import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Assignments, type Assignment } from '../../../src/offsets/assignment.ts'
import { CommitPolicy } from '../../../src/offsets/commit-policy.ts'
import { emptyTally } from '../../../src/offsets/ledger.ts'
import { Commit } from '../../../src/stages/commit.ts'
import { ScriptedConsumer } from '../../fixtures/scripted-consumer.ts'
import { assigned, quietEvents, settled } from '../../fixtures/stages.ts'

const INTERVAL_MS = 1000

function setUp(partitions = 1) {
  const consumer = new ScriptedConsumer()
  const assignments = new Assignments()
  const { events, insights } = quietEvents()
  const policy = new CommitPolicy(INTERVAL_MS, performance.now())
  const state = { suspended: false }
  const commit = new Commit({ consumer, assignments, policy, events, suspended: () => state.suspended })
  return { consumer, assignments, all: assigned(assignments, partitions), commit, insights, state }
}

function settle(assignment: Assignment, offset: number): void {
  const from = assignment.ledger.frontier ?? 0
  assignment.ledger.settle(assignment.ledger.open(from, offset, offset - from), {
    ...emptyTally(),
    processed: offset - from
  })
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('Commit', () => {
  test('tells Kafka at most once in an interval, and only what has moved', async () => {
    const { consumer, commit, all } = setUp(2)
    settle(all[1], 5)
    commit.step()
    await settled()
    expect(consumer.newCalls()).toEqual([])
    vi.advanceTimersByTime(INTERVAL_MS)
    commit.step()
    commit.step()
    await settled()
    expect(consumer.newCalls()).toEqual(['commit logins/1@5'])
    consumer.commits[0].resolve()
    await settled()
    expect(all[1].committed).toBe(5)
    vi.advanceTimersByTime(INTERVAL_MS)
    commit.step()
    await settled()
    expect(consumer.newCalls()).toEqual([])
  })

  test('commits nothing by itself while a flood is held, but what a drain asks for', async () => {
    const { consumer, commit, all, state } = setUp()
    settle(all[0], 5)
    state.suspended = true
    vi.advanceTimersByTime(INTERVAL_MS)
    commit.step()
    await settled()
    expect(consumer.newCalls()).toEqual([])
    void commit.now(all)
    await settled()
    expect(consumer.newCalls()).toEqual(['commit logins/0@5'])
  })

  test('one at a time: what has moved meanwhile goes with the next', async () => {
    const { consumer, commit, all } = setUp()
    settle(all[0], 5)
    const first = commit.now(all)
    await settled()
    settle(all[0], 9)
    const second = commit.now(all)
    await settled()
    expect(consumer.newCalls()).toEqual(['commit logins/0@5'])
    consumer.commits[0].resolve()
    await first
    await settled()
    expect([all[0].committed, consumer.newCalls()]).toEqual([5, ['commit logins/0@9']])
    consumer.commits[1].resolve()
    await second
    expect(all[0].committed).toBe(9)
  })

  test('while one is under way, no other begins by itself', async () => {
    const { consumer, commit, all } = setUp()
    settle(all[0], 5)
    void commit.now(all)
    await settled()
    settle(all[0], 9)
    vi.advanceTimersByTime(10 * INTERVAL_MS)
    commit.step()
    consumer.commits[0].resolve()
    await settled()
    expect(consumer.commits).toHaveLength(1)
    commit.step()
    await settled()
    expect(consumer.commits).toHaveLength(2)
  })

  test('a failure is counted and tried again after an interval', async () => {
    const { consumer, commit, all, insights } = setUp()
    settle(all[0], 5)
    vi.advanceTimersByTime(INTERVAL_MS)
    const failing = commit.now(all)
    await settled()
    consumer.commits[0].reject(Object.assign(new Error('not now'), { code: 15 }))
    await failing
    expect([all[0].committed, insights.failedCommits, insights.commits]).toEqual([undefined, 1, 0])
    commit.step()
    await settled()
    expect(consumer.commits).toHaveLength(1)
    vi.advanceTimersByTime(INTERVAL_MS)
    commit.step()
    await settled()
    consumer.commits[1].resolve()
    await settled()
    expect([all[0].committed, insights.commits]).toEqual([5, 1])
  })

  test('a partition that is lost while its commit waits is left out', async () => {
    const { consumer, commit, all, assignments } = setUp(2)
    settle(all[0], 5)
    void commit.now(all)
    await settled()
    settle(all[0], 6)
    settle(all[1], 7)
    const second = commit.now(all)
    assignments.close(all[1])
    consumer.commits[0].resolve()
    await settled()
    consumer.commits[1].resolve()
    await second
    expect(consumer.newCalls()).toEqual(['commit logins/0@5', 'commit logins/0@6'])
  })

  test('a frontier that moves while its commit is under way is not taken for committed', async () => {
    const { consumer, commit, all } = setUp()
    settle(all[0], 5)
    const committing = commit.now(all)
    await settled()
    settle(all[0], 8)
    consumer.commits[0].resolve()
    await committing
    expect([all[0].committed, all[0].uncommitted]).toEqual([5, true])
  })
})
