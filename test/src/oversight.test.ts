import { beforeEach, describe, expect, test } from 'vitest'
import { optionsFor } from '../../src/config/options.ts'
import { settingsFromRaw } from '../../src/config/raw-settings.ts'
import { Lifecycle } from '../../src/lifecycle.ts'
import { Assignments, type Assignment } from '../../src/offsets/assignment.ts'
import { Oversight } from '../../src/oversight.ts'
import { DEAD_LETTER, PROCESSED } from '../../src/slabs/outcomes.ts'
import type { Batch } from '../../src/stages/batch.ts'
import probe from '../fixtures/probe-pipeline.ts'
import { ScriptedConsumer } from '../fixtures/scripted-consumer.ts'
import { assigned, quietEvents, taskOf } from '../fixtures/stages.ts'

const TIMEOUT_MS = 1000
const raw = { stallTimeoutMs: String(TIMEOUT_MS), fuseConsecutiveRecords: '5' }

function setUp() {
  const consumer = new ScriptedConsumer()
  consumer.endOffset = () => 100
  const assignments = new Assignments()
  const lifecycle = new Lifecycle(() => undefined)
  const errors: Error[] = []
  const passed: Batch[] = []
  let abandonedAtStop = 0
  const oversight: Oversight = new Oversight({
    settings: settingsFromRaw(raw, optionsFor(probe)),
    consumer,
    assignments,
    ...quietEvents(),
    lifecycle,
    subscribe: () => consumer.subscribe(['logins']),
    next: batch => passed.push(batch),
    drop: () => undefined,
    fenced: assignment => oversight.close(assignment),
    abandoned: () => abandonedAtStop++,
    firstOf: () => undefined,
    awaitsSchemas: () => false,
    failed: error => errors.push(error)
  })
  const [first, second] = assigned(assignments, 2)
  let nowMs = 0
  const wait = (durationMs: number) => {
    for (const endMs = nowMs + durationMs; nowMs < endMs;) oversight.look((nowMs += 250))
  }
  const step = () => oversight.step(nowMs)
  const release = (assignment: Assignment, outcome = PROCESSED) => {
    const [batch] = taskOf([[assignment, 5]]).batches
    batch.task.slab.outcome.fill(outcome)
    oversight.release(batch)
  }
  const abandoned = () => abandonedAtStop
  return { consumer, assignments, lifecycle, errors, passed, oversight, first, second, wait, step, release, abandoned }
}

let setting: ReturnType<typeof setUp>
beforeEach(() => {
  setting = setUp()
  setting.lifecycle.move('running')
})

describe('what stands still on purpose is no stall', () => {
  test('while everything is held, and again once it goes on', () => {
    const { oversight, release, first, wait } = setting
    release(first, DEAD_LETTER)
    wait(TIMEOUT_MS * 10)
    expect(oversight.standing).toMatchObject({ live: true, held: { deadLetters: 5, parkedRecords: 5 } })
    oversight.resume()
    wait(TIMEOUT_MS * 1.5)
    expect(oversight.standing).toMatchObject({ live: false, held: undefined })
  })

  test('while it is paused, and again once it goes on', () => {
    const { oversight, first, second, wait } = setting
    oversight.pause([first, second])
    wait(TIMEOUT_MS * 10)
    expect(oversight.standing.live).toBe(true)
    oversight.resume([first])
    wait(TIMEOUT_MS * 1.5)
    expect(oversight.standing).toMatchObject({ live: false, paused: [{ topic: 'logins', partition: 1 }] })
  })

  test('when the process is on its way out', () => {
    const { oversight, lifecycle, wait } = setting
    lifecycle.move('draining')
    wait(TIMEOUT_MS * 10)
    expect(oversight.standing.live).toBe(true)
  })
})

test('what ends a stalled process says what is known of each partition', () => {
  const { assignments, errors, consumer, wait, step } = setting
  wait(TIMEOUT_MS * 1.5)
  step()
  for (const assignment of assignments) assignments.close(assignment)
  step()
  expect(consumer.newCalls()).toEqual(['unsubscribe', 'subscribe logins'])
  const [again] = assigned(assignments, 1)
  again.ledger.open(3, 13, 10)
  wait(TIMEOUT_MS * 1.5)
  expect(errors.map(({ message }) => message.split('; ').slice(1))).toEqual([
    [
      'logins/0: frontier unknown, stable offset 100, end 100, 10 in flight, epoch 3',
      'the Kafka client complained last of nothing'
    ]
  ])
})

describe('resume', () => {
  test('of some partitions leaves a flood held', () => {
    const { oversight, lifecycle, release, first, second, passed } = setting
    oversight.pause([first, second])
    release(first, DEAD_LETTER)
    expect(oversight.resume([first])).toEqual({ held: false, partitions: [first] })
    expect([oversight.held, lifecycle.state, passed.length]).toEqual([true, 'held', 0])
    expect(oversight.resume()).toMatchObject({ held: true, partitions: [{ partition: 1 }] })
    expect([oversight.held, lifecycle.state, passed.length]).toEqual([false, 'running', 1])
  })

  test('of nothing says so', () => {
    expect(setting.oversight.resume()).toEqual({ held: false, partitions: [] })
  })

  test('and pause are refused where nothing runs', () => {
    const { oversight, lifecycle, first } = setting
    lifecycle.move('draining')
    expect(() => oversight.resume()).toThrow('the processor is draining')
    expect(() => oversight.pause([first])).toThrow('the processor is draining')
  })
})

test('a flood that is seen while the process drains is held back, and told to be abandoned', () => {
  const { oversight, lifecycle, release, first, passed, abandoned } = setting
  lifecycle.move('draining')
  first.state = 'draining'
  release(first, DEAD_LETTER)
  oversight.step()
  expect([lifecycle.state, passed.length, abandoned(), first.ledger.abandoned]).toEqual(['draining', 0, 1, 5])
})
