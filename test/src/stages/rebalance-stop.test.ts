import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  COMMIT_GRACE_MS,
  DRAIN_TIMEOUT_MS,
  assign,
  lose,
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

describe('a stop', () => {
  test('with no partition is finished at once', () => {
    const { rebalance, consumer } = setUp()
    expect(rebalance.finished).toBe(false)
    rebalance.stop()
    expect([rebalance.finished, rebalance.overran, consumer.calls]).toEqual([true, false, ['unsubscribe']])
  })

  test('is finished when every partition has been given back, and asked for once', async () => {
    const setting = setUp()
    const { rebalance, consumer } = setting
    const [assignment] = assign(setting, 0)
    settle(assignment, tenRecords(assignment))
    rebalance.stop()
    rebalance.stop()
    expect(consumer.newCalls()).toEqual(['unsubscribe'])
    revoke(setting, 0)
    await step(setting)
    expect(rebalance.finished).toBe(false)
    consumer.commits[0].resolve()
    await settled()
    await step(setting)
    expect([rebalance.finished, rebalance.overran]).toEqual([true, false])
  })

  test('stays a member while it drains: without heartbeats the group would refuse the last commit', async () => {
    const setting = setUp()
    const { rebalance, consumer } = setting
    const [assignment] = assign(setting, 0)
    const entry = tenRecords(assignment)
    consumer.newCalls()
    rebalance.stop()
    // A transaction commits what is draining at once.
    expect(assignment.state).toBe('draining')
    vi.advanceTimersByTime(DRAIN_TIMEOUT_MS - 1)
    await step(setting)
    expect([rebalance.finished, consumer.newCalls()]).toEqual([false, []])
    settle(assignment, entry)
    await step(setting)
    await step(setting)
    expect(consumer.newCalls()).toEqual(['unsubscribe'])
  })

  test('whose drain takes too long leaves all the same, and grants no second one', async () => {
    const setting = setUp()
    const { rebalance, consumer } = setting
    const [assignment] = assign(setting, 0)
    tenRecords(assignment)
    consumer.newCalls()
    rebalance.stop()
    vi.advanceTimersByTime(DRAIN_TIMEOUT_MS)
    await step(setting)
    expect(consumer.newCalls()).toEqual(['unsubscribe'])
    revoke(setting, 0)
    await step(setting)
    await step(setting)
    expect([rebalance.finished, rebalance.overran]).toEqual([true, true])
  })

  test('while a revocation drains waits for it', async () => {
    const setting = setUp()
    const { rebalance } = setting
    const [first] = assign(setting, 0, 1)
    const entry = tenRecords(first)
    revoke(setting, 0)
    rebalance.stop()
    revoke(setting, 1)
    await step(setting)
    await step(setting)
    expect([rebalance.finished, setting.assignments.size]).toEqual([false, 1])
    settle(first, entry)
    await step(setting)
    setting.consumer.commits[0].resolve()
    await settled()
    await step(setting)
    expect([rebalance.finished, rebalance.overran]).toEqual([true, false])
  })

  test('that had to abandon something says so', async () => {
    const setting = setUp()
    const [assignment] = assign(setting, 0)
    tenRecords(assignment)
    setting.rebalance.stop()
    revoke(setting, 0)
    vi.advanceTimersByTime(DRAIN_TIMEOUT_MS)
    await step(setting)
    await step(setting)
    expect([setting.rebalance.finished, setting.rebalance.overran]).toEqual([true, true])
  })

  test('during which partitions with records in flight are lost says so', async () => {
    const setting = setUp()
    const [assignment] = assign(setting, 0)
    tenRecords(assignment)
    setting.rebalance.stop()
    lose(setting, 0)
    await step(setting)
    expect([setting.rebalance.finished, setting.rebalance.overran]).toEqual([true, true])
  })

  test('whose last commit failed says so, as records will be read again', async () => {
    const setting = setUp()
    const [assignment] = assign(setting, 0)
    settle(assignment, tenRecords(assignment))
    setting.rebalance.stop()
    revoke(setting, 0)
    await step(setting)
    setting.consumer.commits[0].reject(new Error('no coordinator'))
    await settled()
    await step(setting)
    expect([setting.rebalance.finished, setting.rebalance.overran]).toEqual([true, true])
  })

  test('that the group never answers is given up, and leaves nothing in flight uncounted', async () => {
    const setting = setUp()
    const [assignment] = assign(setting, 0)
    tenRecords(assignment)
    setting.rebalance.stop()
    vi.advanceTimersByTime(DRAIN_TIMEOUT_MS + 2 * COMMIT_GRACE_MS - 1)
    await step(setting)
    expect(setting.rebalance.finished).toBe(false)
    vi.advanceTimersByTime(1)
    await step(setting)
    expect([setting.rebalance.finished, setting.rebalance.overran]).toEqual([true, true])
    expect(setting.assignments.totals()).toMatchObject({ consumed: 10, inFlight: 0, abandoned: 10 })
  })
})
