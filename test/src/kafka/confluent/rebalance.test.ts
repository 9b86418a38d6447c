import { describe, expect, test } from 'vitest'
import { Assignment } from '../../../../src/kafka/confluent/assignment.ts'
import type { ConsumerClient } from '../../../../src/kafka/confluent/client.ts'
import { Rebalance } from '../../../../src/kafka/confluent/rebalance.ts'
import type { ConsumerEvent, TopicPartition } from '../../../../src/kafka/ports.ts'

const ASSIGN = { code: -175, message: 'assign' }
const REVOKE = { code: -174, message: 'revoke' }
const of = (...partitions: number[]): TopicPartition[] => partitions.map(partition => ({ topic: 't', partition }))
const numbersOf = (partitions: readonly TopicPartition[] = []) => partitions.map(({ partition }) => partition)

function rebalanceUnder(protocol: 'COOPERATIVE' | 'EAGER') {
  const calls: [string, number[]][] = []
  const called = (name: string) => (partitions?: readonly TopicPartition[]) => {
    calls.push([name, numbersOf(partitions)])
  }
  const client = {
    rebalanceProtocol: () => protocol,
    assignmentLost: () => false,
    incrementalAssign: called('incrementalAssign'),
    incrementalUnassign: called('incrementalUnassign'),
    assign: called('assign'),
    unassign: called('unassign')
  }
  const events: ConsumerEvent[] = []
  const dropped: number[] = []
  const assignment = new Assignment()
  const rebalance = new Rebalance(assignment, events, partitions => dropped.push(...numbersOf(partitions)))
  rebalance.attach(client as unknown as ConsumerClient)
  const assign = (...partitions: number[]) =>
    rebalance.assign(partitions.map((partition, i) => ({ topic: 't', partition, epoch: i + 1 })))
  return { calls, events, dropped, assignment, rebalance, assign, client }
}

describe('rebalance', () => {
  test('the group is answered when the pipeline has assigned, not before', () => {
    const { calls, events, rebalance, assign } = rebalanceUnder('COOPERATIVE')
    rebalance.callback(ASSIGN, of(0, 1))
    expect(events).toEqual([{ type: 'assigned', partitions: of(0, 1) }])
    expect(calls).toEqual([])
    assign(0, 1)
    expect(calls).toEqual([['incrementalAssign', [0, 1]]])
  })

  test('what is asked back is not delivered from then on, and what is left of it is dropped', () => {
    const { assignment, dropped, rebalance, assign } = rebalanceUnder('COOPERATIVE')
    assign(0, 1)
    rebalance.callback(REVOKE, of(1))
    expect(assignment.epochOf('t', 0)).toBe(1)
    expect(assignment.epochOf('t', 1)).toBe(0)
    expect(dropped).toEqual([1])
  })

  test('the answer to a revocation waits until all of it was given up', () => {
    const { calls, rebalance, assign } = rebalanceUnder('COOPERATIVE')
    assign(0, 1, 2)
    rebalance.callback(REVOKE, of(0, 2))
    rebalance.unassign(of(2))
    expect(calls).toHaveLength(1)
    rebalance.unassign(of(0))
    expect(calls[1]).toEqual(['incrementalUnassign', [0, 2]])
  })

  test('an eager group is answered by assign and unassign', () => {
    const { calls, rebalance, assign } = rebalanceUnder('EAGER')
    assign(0, 1)
    rebalance.callback(REVOKE, of(0, 1))
    rebalance.unassign(of(0, 1))
    expect(calls).toEqual([
      ['assign', [0, 1]],
      ['unassign', []]
    ])
  })

  test('nothing assigned and nothing revoked are answered at once', () => {
    const { calls, events, rebalance } = rebalanceUnder('COOPERATIVE')
    rebalance.callback(ASSIGN, [])
    rebalance.callback(REVOKE, [])
    expect(calls).toEqual([
      ['incrementalAssign', []],
      ['incrementalUnassign', []]
    ])
    expect(events).toEqual([])
  })

  test('while closing each revocation is answered at once, and nobody is asked', () => {
    const { calls, events, rebalance, assign } = rebalanceUnder('COOPERATIVE')
    assign(0, 1)
    rebalance.close()
    rebalance.callback(REVOKE, of(0, 1))
    expect(calls[1]).toEqual(['incrementalUnassign', [0, 1]])
    expect(events).toEqual([])
  })

  test('what the client throws becomes an event', () => {
    const { events, rebalance, client } = rebalanceUnder('COOPERATIVE')
    client.assignmentLost = () => {
      throw new Error('not now')
    }
    rebalance.callback(REVOKE, of(0))
    expect(events).toMatchObject([{ type: 'error', fatal: false, message: expect.stringContaining('not now') }])
  })
})
