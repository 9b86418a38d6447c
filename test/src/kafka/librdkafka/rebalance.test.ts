import { describe, expect, test } from 'vitest'
import { Assignment } from '../../../../src/kafka/confluent/assignment.ts'
import { Rebalance } from '../../../../src/kafka/librdkafka/rebalance.ts'
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
  rebalance.attach(client)
  const accept = (...partitions: number[]) =>
    rebalance.assign(partitions.map((partition, i) => ({ topic: 't', partition, epoch: i + 1 })))
  const assign = (...partitions: number[]) => {
    rebalance.callback(ASSIGN, of(...partitions))
    events.length = 0
    accept(...partitions)
    dropped.length = 0
  }
  return { calls, events, dropped, assignment, rebalance, assign, accept, client }
}

describe('rebalance', () => {
  test('the group is answered when the pipeline has assigned, not before', () => {
    const { calls, events, rebalance, accept } = rebalanceUnder('COOPERATIVE')
    rebalance.callback(ASSIGN, of(0, 1))
    expect(events).toEqual([{ type: 'assigned', partitions: of(0, 1) }])
    expect(calls).toEqual([])
    accept(0, 1)
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

  test('what was asked back before it was accepted is not given back: the client would refuse that as an answer', () => {
    const { calls, rebalance, assign, accept } = rebalanceUnder('COOPERATIVE')
    assign(0)
    rebalance.callback(ASSIGN, of(1, 2))
    rebalance.callback(REVOKE, of(0, 1, 2))
    accept(1, 2)
    rebalance.unassign(of(0, 1, 2))
    expect(calls).toEqual([
      ['incrementalAssign', [0]],
      ['incrementalUnassign', [0]]
    ])
  })

  test('what is offered while it is closing is not accepted, and its revocation is answered with nothing', () => {
    const { calls, rebalance } = rebalanceUnder('COOPERATIVE')
    rebalance.close()
    rebalance.callback(ASSIGN, of(0))
    rebalance.callback(REVOKE, of(0))
    expect(calls).toEqual([
      ['incrementalAssign', []],
      ['incrementalUnassign', []]
    ])
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

  test('the client is told what is assigned when all of it was named, as an eager answer replaces the one before', () => {
    const { calls, rebalance, accept, assignment } = rebalanceUnder('EAGER')
    rebalance.callback(ASSIGN, of(0, 1, 2))
    accept(1)
    expect(calls).toEqual([])
    accept(0, 2)
    expect(calls).toEqual([['assign', [1, 0, 2]]])
    expect([0, 1, 2].map(partition => assignment.epochOf('t', partition))).toEqual([1, 1, 2])
  })

  test('what the group has taken back again is not assigned', () => {
    const { calls, rebalance, accept, assignment } = rebalanceUnder('COOPERATIVE')
    rebalance.callback(ASSIGN, of(0, 1))
    rebalance.callback(REVOKE, of(0, 1))
    accept(0, 1)
    expect([calls, assignment.list()]).toEqual([[], []])
  })

  test('what a consume has brought of an earlier assignment is dropped before the new one begins', () => {
    const { dropped, rebalance, accept } = rebalanceUnder('COOPERATIVE')
    rebalance.callback(ASSIGN, of(0))
    accept(0)
    expect(dropped).toEqual([0])
  })

  test('losses are counted', () => {
    const { rebalance, client, assign } = rebalanceUnder('COOPERATIVE')
    assign(0)
    rebalance.callback(REVOKE, of(0))
    expect(rebalance.losses).toBe(0)
    client.assignmentLost = () => true
    rebalance.callback(REVOKE, of(0))
    expect(rebalance.losses).toBe(1)
  })

  test('closing answers what is still open, as the client waits for that and does not ask again', () => {
    const asked = rebalanceUnder('COOPERATIVE')
    asked.assign(0, 1)
    asked.rebalance.callback(REVOKE, of(0, 1))
    asked.rebalance.unassign(of(0))
    asked.rebalance.close()
    expect(asked.calls.slice(1)).toEqual([['incrementalUnassign', [0, 1]]])
    const offered = rebalanceUnder('COOPERATIVE')
    offered.rebalance.callback(ASSIGN, of(0, 1))
    offered.rebalance.close()
    expect(offered.calls).toEqual([['incrementalAssign', []]])
  })

  test('a client that refuses to be answered can be closed all the same', () => {
    const { rebalance, client, assign } = rebalanceUnder('COOPERATIVE')
    assign(0)
    rebalance.callback(REVOKE, of(0))
    client.incrementalUnassign = () => {
      throw { code: -150, message: 'fatal' }
    }
    expect(() => rebalance.close()).not.toThrow()
  })
})
