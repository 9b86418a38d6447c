import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { TopicPartition } from '../../../src/kafka/ports.ts'
import type { PartitionCare } from '../../../src/stages/rebalance.ts'
import {
  DRAIN_TIMEOUT_MS,
  lose,
  partitions,
  revoke,
  setUp,
  settle,
  step,
  tenRecords
} from '../../fixtures/rebalance.ts'
import { settled } from '../../fixtures/stages.ts'

const PREPARE_TIMEOUT_MS = 5000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Preparations that end when the test says so; what is told of partitions is written down. */
class ScriptedCare implements PartitionCare {
  readonly calls: string[] = []
  readonly ready: (() => void)[] = []
  readonly waiting: ((partition: TopicPartition) => boolean)[] = []

  prepare(partitions: readonly TopicPartition[], waiting: (partition: TopicPartition) => boolean): Promise<void> {
    this.#call('prepare', partitions)
    this.waiting.push(waiting)
    return new Promise(resolve => this.ready.push(resolve))
  }

  opened(assignment: TopicPartition): void {
    this.#call('opened', [assignment])
  }

  async leave(assignments: readonly TopicPartition[]): Promise<void> {
    this.#call('leave', assignments)
  }

  forget(partitions: readonly TopicPartition[]): void {
    if (partitions.length > 0) this.#call('forget', partitions)
  }

  #call(name: string, of: readonly TopicPartition[]): void {
    this.calls.push(`${name} ${of.map(({ partition }) => partition).join(' ')}`.trim())
  }
}

function setUpCarefully() {
  const care = new ScriptedCare()
  const setting = setUp(care)
  const assign = (...numbers: number[]) =>
    setting.rebalance.handle({ type: 'assigned', partitions: partitions(...numbers) })
  return { ...setting, care, assign }
}

async function assigned(setting: ReturnType<typeof setUpCarefully>, ...numbers: number[]) {
  setting.assign(...numbers)
  setting.care.ready.at(-1)?.()
  await settled()
  await step(setting)
  setting.consumer.newCalls()
  setting.care.calls.length = 0
  return numbers.map(number => setting.assignments.find('logins', number)!)
}

describe('an assignment', () => {
  test('is made when it is prepared, and known before its records come', async () => {
    const setting = setUpCarefully()
    const { consumer, assignments, care } = setting
    setting.assign(0, 1)
    await step(setting)
    expect([consumer.newCalls(), assignments.size]).toEqual([[], 0])
    care.ready[0]()
    await settled()
    expect(consumer.newCalls()).toEqual([])
    await step(setting)
    expect([consumer.newCalls(), assignments.size]).toEqual([['assign logins/0 logins/1'], 2])
    expect(care.calls).toEqual(['prepare 0 1', 'opened 0', 'opened 1'])
  })

  test('is made without, if that takes too long', async () => {
    const setting = setUpCarefully()
    setting.assign(0)
    vi.advanceTimersByTime(PREPARE_TIMEOUT_MS - 1)
    await step(setting)
    expect(setting.consumer.newCalls()).toEqual([])
    vi.advanceTimersByTime(1)
    await step(setting)
    expect(setting.consumer.newCalls()).toEqual(['assign logins/0'])
    expect(setting.care.waiting[0](partitions(0)[0])).toBe(false)
    setting.care.ready[0]()
    await settled()
    await step(setting)
    expect(setting.consumer.newCalls()).toEqual([])
  })

  test('of partitions that the group wants back meanwhile is not made: they are given back at once', async () => {
    const setting = setUpCarefully()
    setting.assign(0, 1)
    revoke(setting, 1)
    expect([0, 1].map(number => setting.care.waiting[0](partitions(number)[0]))).toEqual([true, false])
    await step(setting)
    await step(setting)
    expect(setting.consumer.newCalls()).toEqual(['unassign logins/1'])
    setting.care.ready[0]()
    await settled()
    await step(setting)
    expect([setting.consumer.newCalls(), setting.assignments.size]).toEqual([['assign logins/0'], 1])
  })

  test('of partitions that are lost meanwhile is not made', async () => {
    const setting = setUpCarefully()
    setting.assign(0)
    lose(setting, 0)
    setting.care.ready[0]()
    await settled()
    await step(setting)
    expect([setting.consumer.newCalls(), setting.assignments.size]).toEqual([['unassign logins/0'], 0])
  })

  test('that is given anew while it waits is made once', async () => {
    const setting = setUpCarefully()
    setting.assign(0)
    setting.assign(0)
    for (const ready of setting.care.ready) ready()
    await settled()
    await step(setting)
    expect([setting.consumer.newCalls(), setting.assignments.size]).toEqual([['assign logins/0'], 1])
  })
})

describe('a stop', () => {
  test('waits for what is not assigned yet, so that the group hears of it', async () => {
    const setting = setUpCarefully()
    setting.assign(0)
    setting.rebalance.stop()
    await step(setting)
    expect(setting.rebalance.finished).toBe(false)
    revoke(setting, 0)
    await step(setting)
    await step(setting)
    expect([setting.rebalance.finished, setting.consumer.newCalls()]).toEqual([
      true,
      ['unsubscribe', 'unassign logins/0']
    ])
  })

  test('does not wait for ever', async () => {
    const setting = setUpCarefully()
    setting.rebalance.stop()
    vi.advanceTimersByTime(DRAIN_TIMEOUT_MS + PREPARE_TIMEOUT_MS)
    setting.assign(0)
    vi.advanceTimersByTime(2000)
    await step(setting)
    expect(setting.rebalance.finished).toBe(true)
  })
})

describe('a revocation', () => {
  test('says that partitions were left in order, after their commit and before they are given back', async () => {
    const setting = setUpCarefully()
    const [assignment] = await assigned(setting, 0)
    settle(assignment, tenRecords(assignment))
    revoke(setting, 0)
    await step(setting)
    expect(setting.care.calls).toEqual([])
    setting.consumer.commits[0].resolve()
    await settled()
    expect([setting.care.calls, setting.consumer.newCalls()]).toEqual([['leave 0'], ['commit logins/0@10']])
    await step(setting)
    expect([setting.care.calls, setting.consumer.newCalls()]).toEqual([['leave 0', 'forget 0'], ['unassign logins/0']])
  })

  test('does not say so of those of which something was abandoned', async () => {
    const setting = setUpCarefully()
    const [slow] = await assigned(setting, 0, 1)
    tenRecords(slow)
    revoke(setting, 0, 1)
    vi.advanceTimersByTime(DRAIN_TIMEOUT_MS)
    await step(setting)
    expect(setting.care.calls).toEqual(['leave 1'])
  })
})
