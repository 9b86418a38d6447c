import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConsumerClient } from '../../../../src/kafka/confluent/client.ts'
import { Pauses } from '../../../../src/kafka/confluent/pauses.ts'
import type { TopicPartition } from '../../../../src/kafka/ports.ts'

const of = (...partitions: number[]): TopicPartition[] => partitions.map(partition => ({ topic: 't', partition }))

function setUp() {
  const paused = new Set<number>()
  const calls: string[] = []
  const called = (name: string, apply: (partition: number) => void) => (partitions: readonly TopicPartition[]) => {
    calls.push(`${name} ${partitions.map(({ partition }) => partition).join()}`)
    for (const { partition } of partitions) apply(partition)
  }
  const client = { pause: called('pause', p => paused.add(p)), resume: called('resume', p => paused.delete(p)) }
  const pauses = new Pauses()
  const apply = (...assigned: number[]) => pauses.apply(client as unknown as ConsumerClient, () => of(...assigned))
  return { pauses, apply, calls, paused }
}

describe('pauses', () => {
  test('the client is told what has changed when it is applied, and nothing twice', () => {
    const { pauses, apply, calls } = setUp()
    pauses.pause(of(1))
    expect(calls).toEqual([])
    apply(0, 1)
    apply(0, 1)
    pauses.resume(of(1))
    apply(0, 1)
    expect(calls).toEqual(['pause 1', 'resume 1'])
  })

  test('a release leaves what is paused, and a resume during a hold waits for the release', () => {
    const { pauses, apply, paused } = setUp()
    pauses.pause(of(0))
    pauses.hold(true)
    apply(0, 1)
    expect(paused).toEqual(new Set([0, 1]))
    pauses.hold(false)
    apply(0, 1)
    expect(paused).toEqual(new Set([0]))
    pauses.hold(true)
    pauses.resume(of(0))
    apply(0, 1)
    expect(paused).toEqual(new Set([0, 1]))
    pauses.hold(false)
    apply(0, 1)
    expect(paused).toEqual(new Set())
  })

  test('what is assigned during a hold is held', () => {
    const { pauses, apply, paused } = setUp()
    pauses.hold(true)
    apply(0)
    pauses.resume(of(1))
    apply(0, 1)
    expect(paused).toEqual(new Set([0, 1]))
  })

  test('a partition that is gone is resumed, as the client would remember its pause', () => {
    const { pauses, apply, calls } = setUp()
    pauses.pause(of(0))
    apply(0)
    pauses.resume(of(0))
    apply()
    expect(calls).toEqual(['pause 0', 'resume 0'])
  })

  test('whatever comes in whatever order, applied, exactly those are paused that are to be', () => {
    const step = fc.oneof(
      fc.record({ pause: fc.nat(2) }),
      fc.record({ resume: fc.nat(2) }),
      fc.record({ hold: fc.boolean() }),
      fc.record({ assigned: fc.subarray([0, 1, 2]) })
    )
    fc.assert(
      fc.property(fc.array(step), steps => {
        const { pauses, apply, paused } = setUp()
        const wanted = new Set<number>()
        let assigned: number[] = []
        let held = false
        for (const action of steps) {
          if ('pause' in action && assigned.includes(action.pause)) {
            wanted.add(action.pause)
            pauses.pause(of(action.pause))
          } else if ('resume' in action) {
            wanted.delete(action.resume)
            pauses.resume(of(action.resume))
          } else if ('hold' in action) {
            held = action.hold
            pauses.hold(held)
          } else if ('assigned' in action) {
            const changed = [0, 1, 2].filter(p => action.assigned.includes(p) !== assigned.includes(p))
            for (const partition of changed) wanted.delete(partition)
            pauses.resume(of(...changed))
            assigned = action.assigned
          }
          apply(...assigned)
          expect(paused).toEqual(new Set(assigned.filter(p => held || wanted.has(p))))
        }
      })
    )
  })
})
