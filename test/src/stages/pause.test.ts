import { describe, expect, test } from 'vitest'
import type { TopicPartition } from '../../../src/kafka/ports.ts'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { Pause } from '../../../src/stages/pause.ts'
import { ScriptedConsumer } from '../../fixtures/scripted-consumer.ts'
import { assigned, quietEvents } from '../../fixtures/stages.ts'

const logins = (...numbers: number[]): TopicPartition[] => numbers.map(partition => ({ topic: 'logins', partition }))

function setUp() {
  const consumer = new ScriptedConsumer()
  const assignments = new Assignments()
  const ours = assigned(assignments, 3)
  const pause = new Pause({ consumer, assignments, events: quietEvents().events })
  return { consumer, assignments, ours, pause }
}

describe('Pause', () => {
  test('reaches the consumer between two polls, once, and so does its end', () => {
    const { consumer, pause } = setUp()
    pause.pause(logins(0, 2))
    pause.pause(logins(2))
    expect([consumer.newCalls(), pause.partitions, pause.has(logins(2)[0])]).toEqual([[], logins(0, 2), true])
    pause.step()
    pause.step()
    expect(consumer.newCalls()).toEqual(['pause logins/0 logins/2'])
    expect(pause.resume(logins(1, 2))).toEqual(logins(2))
    pause.step()
    pause.step()
    expect([consumer.newCalls(), pause.partitions]).toEqual([['resume logins/2'], logins(0)])
  })

  test('that is taken back and asked for again before the next poll stays', () => {
    const { consumer, pause } = setUp()
    pause.pause(logins(0))
    pause.step()
    pause.resume(logins(0))
    pause.pause(logins(0))
    pause.step()
    expect(consumer.newCalls()).toEqual(['pause logins/0', 'pause logins/0'])
  })

  test('of a partition that is not ours is refused, and then of none of them', () => {
    const { pause } = setUp()
    expect(() => pause.pause(logins(0, 7))).toThrow(new RangeError('not assigned to this process: logins/7'))
    expect(() => pause.resume(logins(7))).toThrow('logins/7')
    expect(pause.partitions).toEqual([])
  })

  test('ends when the partition leaves, and does not begin again when it comes back', () => {
    const { consumer, assignments, ours, pause } = setUp()
    pause.pause(logins(0))
    pause.step()
    assignments.close(ours[0])
    pause.step()
    assignments.open('logins', 0)
    pause.step()
    expect([consumer.newCalls(), pause.partitions]).toEqual([['pause logins/0'], []])
  })

  test('that was taken back as the partition left says nothing to the consumer', () => {
    const { consumer, assignments, ours, pause } = setUp()
    pause.pause(logins(0))
    pause.step()
    pause.resume(logins(0))
    assignments.close(ours[0])
    pause.step()
    expect(consumer.newCalls()).toEqual(['pause logins/0'])
  })

  test('outlasts that its partition is read again from an earlier offset', () => {
    const { consumer, assignments, ours, pause } = setUp()
    pause.pause(logins(0))
    pause.step()
    assignments.open('logins', ours[0].partition)
    pause.step()
    expect([consumer.newCalls(), pause.partitions]).toEqual([['pause logins/0', 'pause logins/0'], logins(0)])
  })

  test('of a partition that drains waits for what becomes of it', () => {
    const { consumer, ours, pause } = setUp()
    ours[0].state = 'draining'
    pause.pause(logins(0))
    pause.step()
    expect(consumer.newCalls()).toEqual([])
  })
})
