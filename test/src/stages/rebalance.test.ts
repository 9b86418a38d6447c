import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  COMMIT_GRACE_MS,
  DRAIN_TIMEOUT_MS,
  assign,
  lose,
  partitions,
  revoke,
  setUp,
  settle,
  step,
  tenRecords
} from '../../fixtures/rebalance.ts'
import { settled } from '../../fixtures/stages.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('an assignment', () => {
  test('gets an epoch of its own before delivery begins', () => {
    const setting = setUp()
    setting.rebalance.handle({ type: 'assigned', partitions: partitions(0, 1) })
    expect(setting.consumer.calls).toEqual(['assign logins/0 logins/1'])
    expect([...setting.assignments].map(({ epoch }) => epoch)).toEqual([1, 2])
  })

  test('the end of a partition moves its frontier, a stale one nothing', () => {
    const setting = setUp()
    const [old] = assign(setting, 0)
    const [young] = assign(setting, 0)
    setting.rebalance.handle({ type: 'end', epoch: old.epoch, offset: 50 })
    expect(young.ledger.frontier).toBeUndefined()
    setting.rebalance.handle({ type: 'end', epoch: young.epoch, offset: 50 })
    expect(young.ledger.frontier).toBe(50)
  })
})

describe('a revocation', () => {
  test('drains first, then commits, then unassigns', async () => {
    const setting = setUp()
    const { consumer, assignments, fenced } = setting
    const [first] = assign(setting, 0, 1)
    const entry = tenRecords(first)
    revoke(setting, 0)
    await step(setting)
    expect([consumer.newCalls(), first.state]).toEqual([[], 'draining'])
    settle(first, entry)
    await step(setting)
    expect(consumer.newCalls()).toEqual(['commit logins/0@10'])
    await step(setting)
    expect(consumer.newCalls()).toEqual([])
    consumer.commits[0].resolve()
    await settled()
    await step(setting)
    expect([consumer.newCalls(), first.state, assignments.size]).toEqual([['unassign logins/0'], 'closed', 1])
    expect([fenced, first.ledger.abandoned]).toEqual([[first], 0])
  })

  test('of partitions with nothing in flight or to commit is answered at once', async () => {
    const setting = setUp()
    assign(setting, 0)
    revoke(setting, 0)
    await step(setting)
    await step(setting)
    expect(setting.consumer.calls).toEqual(['unassign logins/0'])
  })

  test('that names partitions which are not ours is answered too', async () => {
    const setting = setUp()
    revoke(setting, 7)
    await step(setting)
    await step(setting)
    expect(setting.consumer.calls).toEqual(['unassign logins/7'])
  })

  test('that runs out of time abandons what is in flight and still commits what has settled', async () => {
    const setting = setUp()
    const { consumer, fenced } = setting
    const [quick, slow] = assign(setting, 0, 1)
    settle(slow, tenRecords(slow))
    tenRecords(slow, 10)
    settle(quick, tenRecords(quick))
    revoke(setting, 0, 1)
    vi.advanceTimersByTime(DRAIN_TIMEOUT_MS - 1)
    await step(setting)
    expect(fenced).toEqual([])
    vi.advanceTimersByTime(1)
    await step(setting)
    expect([fenced, slow.state, slow.ledger.abandoned]).toEqual([[slow], 'fenced', 10])
    expect(consumer.newCalls()).toEqual(['commit logins/0@10 logins/1@10'])
    consumer.commits[0].resolve()
    await settled()
    await step(setting)
    expect(consumer.newCalls()).toEqual(['unassign logins/0 logins/1'])
    expect(setting.rebalance.overran).toBe(false)
  })

  test('whose commit never comes back is answered without it', async () => {
    const setting = setUp()
    const [assignment] = assign(setting, 0)
    settle(assignment, tenRecords(assignment))
    revoke(setting, 0)
    await step(setting)
    vi.advanceTimersByTime(COMMIT_GRACE_MS)
    await step(setting)
    expect(setting.consumer.newCalls()).toEqual(['commit logins/0@10', 'unassign logins/0'])
  })

  test('ignores an end that is seen while it drains, so that its commit finds the frontier at rest', () => {
    const setting = setUp()
    const [assignment] = assign(setting, 0)
    revoke(setting, 0)
    setting.rebalance.handle({ type: 'end', epoch: assignment.epoch, offset: 99 })
    expect(assignment.ledger.frontier).toBeUndefined()
  })

  test('is cancelled by a newer assignment of its partition, which stays assigned', async () => {
    const setting = setUp()
    const { consumer, fenced } = setting
    const [old, other] = assign(setting, 0, 1)
    tenRecords(old)
    const entry = tenRecords(other)
    revoke(setting, 0, 1)
    await step(setting)
    const [young] = assign(setting, 0)
    expect([fenced, old.state, old.ledger.abandoned, young.state]).toEqual([[old], 'closed', 10, 'assigned'])
    settle(other, entry)
    await step(setting)
    consumer.commits[0].resolve()
    await settled()
    await step(setting)
    expect(consumer.newCalls()).toEqual(['commit logins/1@10', 'unassign logins/1'])
    expect(young.state).toBe('assigned')
  })

  test('of which nothing is left is forgotten', async () => {
    const setting = setUp()
    assign(setting, 0)
    revoke(setting, 0)
    const [young] = assign(setting, 0)
    await step(setting)
    await step(setting)
    expect([setting.consumer.newCalls(), young.state]).toEqual([[], 'assigned'])
  })
})

describe('a loss', () => {
  test('abandons what is in flight and commits nothing', async () => {
    const setting = setUp()
    const [assignment] = assign(setting, 0)
    settle(assignment, tenRecords(assignment))
    tenRecords(assignment, 10)
    lose(setting, 0)
    await step(setting)
    expect([setting.consumer.newCalls(), setting.fenced]).toEqual([['unassign logins/0'], [assignment]])
    expect([assignment.ledger.abandoned, assignment.uncommitted, setting.rebalance.overran]).toEqual([10, false, false])
  })

  test('of partitions that drain ends their revocation, and unassigns them once', async () => {
    const setting = setUp()
    const [assignment] = assign(setting, 0)
    tenRecords(assignment)
    revoke(setting, 0)
    await step(setting)
    lose(setting, 0)
    await step(setting)
    await step(setting)
    expect(setting.consumer.newCalls()).toEqual(['unassign logins/0'])
  })
})

describe('an error of the client', () => {
  test('fails the processor only if it is fatal', () => {
    const { rebalance, errors } = setUp()
    rebalance.handle({ type: 'error', code: -195, message: 'broker down', fatal: false })
    expect(errors).toEqual([])
    rebalance.handle({ type: 'error', code: -150, message: 'fenced', fatal: true })
    expect(errors.map(({ message }) => message)).toEqual(['the consumer failed: fenced (code -150)'])
  })
})
