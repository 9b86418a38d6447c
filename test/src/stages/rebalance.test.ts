import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { TopicPartition } from '../../../src/kafka/ports.ts'
import { Assignments, type Assignment } from '../../../src/offsets/assignment.ts'
import { CommitPolicy } from '../../../src/offsets/commit-policy.ts'
import { emptyTally, type Entry } from '../../../src/offsets/ledger.ts'
import { Commit } from '../../../src/stages/commit.ts'
import { Rebalance } from '../../../src/stages/rebalance.ts'
import { ScriptedConsumer } from '../../fixtures/scripted-consumer.ts'
import { quietEvents, settled } from '../../fixtures/stages.ts'

const DRAIN_TIMEOUT_MS = 10_000
const COMMIT_GRACE_MS = 3000

const partitions = (...numbers: number[]): TopicPartition[] =>
  numbers.map(partition => ({ topic: 'logins', partition }))

function setUp() {
  const consumer = new ScriptedConsumer()
  const assignments = new Assignments()
  const { events } = quietEvents()
  const commit = new Commit({ consumer, assignments, policy: new CommitPolicy(1000, 0), events })
  const fenced: Assignment[] = []
  const errors: Error[] = []
  const rebalance = new Rebalance({
    consumer,
    assignments,
    commit,
    events,
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
    fenced: assignment => fenced.push(assignment),
    failed: error => errors.push(error)
  })
  return { consumer, assignments, fenced, errors, rebalance }
}

type Setting = ReturnType<typeof setUp>

function assign({ rebalance, assignments, consumer }: Setting, ...numbers: number[]): Assignment[] {
  rebalance.handle({ type: 'assigned', partitions: partitions(...numbers) })
  consumer.newCalls()
  return numbers.map(number => assignments.find('logins', number) as Assignment)
}

function revoke({ rebalance }: Setting, ...numbers: number[]): void {
  rebalance.handle({ type: 'revoked', partitions: partitions(...numbers), lost: false })
}

const lose = ({ rebalance }: Setting, ...numbers: number[]): void =>
  rebalance.handle({ type: 'revoked', partitions: partitions(...numbers), lost: true })

const tenRecords = (assignment: Assignment, at = 0): Entry => assignment.ledger.open(at, at + 10, 10)
const settle = (assignment: Assignment, entry: Entry) =>
  assignment.ledger.settle(entry, { ...emptyTally(), processed: entry.records })

async function step({ rebalance }: Setting): Promise<void> {
  rebalance.step()
  await settled()
}

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

  test('during which partitions with records in flight are lost says so', () => {
    const setting = setUp()
    const [assignment] = assign(setting, 0)
    tenRecords(assignment)
    setting.rebalance.stop()
    lose(setting, 0)
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

describe('an error of the client', () => {
  test('fails the processor only if it is fatal', () => {
    const { rebalance, errors } = setUp()
    rebalance.handle({ type: 'error', code: -195, message: 'broker down', fatal: false })
    expect(errors).toEqual([])
    rebalance.handle({ type: 'error', code: -150, message: 'fenced', fatal: true })
    expect(errors.map(({ message }) => message)).toEqual(['the consumer failed: fenced (code -150)'])
  })
})
