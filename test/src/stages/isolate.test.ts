import { describe, expect, test } from 'vitest'
import type { ProduceFailure } from '../../../src/kafka/ports.ts'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import { DEAD_LETTER, reasons } from '../../../src/slabs/outcomes.ts'
import type { Batch } from '../../../src/stages/batch.ts'
import { Isolate } from '../../../src/stages/isolate.ts'
import { assigned, namesIn, quietEvents, settled, taskOf, work } from '../../fixtures/stages.ts'

const REFUSED = reasons.indexOf('refused-by-broker')
const METRICS = 9

function setUp(failureOf: (name: string) => ProduceFailure | undefined = () => undefined) {
  const sent: string[] = []
  const ended: string[] = []
  const rewound: Assignment[] = []
  const errors: Error[] = []
  const state = { underWay: false }
  const named = (what: string) => (batch: Batch) => {
    const { firstOffset, records } = batch
    ended.push(`${what} ${batch.assignment.partition}@${firstOffset}+${records}`)
    batch.state = 'ended'
  }
  const isolate = new Isolate({
    metrics: METRICS,
    producer: {
      produceAlone: async (slab, row) => {
        const [name] = namesIn(slab, row, row + 1)
        sent.push(name)
        await Promise.resolve()
        return failureOf(name)
      }
    },
    events: quietEvents().events,
    underWay: () => state.underWay,
    ordinary: named('ordinary'),
    next: named('next'),
    drop: named('drop'),
    rewind: (assignment, again) => {
      expect(again).toBe(true)
      assignment.rewinding = true
      rewound.push(assignment)
    },
    failed: error => errors.push(error)
  })
  return { isolate, sent, ended, rewound, errors, state }
}

function worked(assignment: Assignment, records: number): Batch {
  const task = taskOf([[assignment, records]])
  work(task.slab, 0)
  const [batch] = task.batches
  batch.endRow = records
  batch.state = 'released'
  return batch
}

/** The first `suspect` records are to go one by one. */
function partitionWith(suspect: number): Assignment {
  const [assignment] = assigned(new Assignments(), 1)
  assignment.isolateBelow = suspect
  return assignment
}

const TOO_LARGE = { code: 10, message: 'too large' }

describe('Isolate', () => {
  test('sends each row of a suspect batch by itself, in order, and what comes behind goes the ordinary way after it', async () => {
    const assignment = partitionWith(20)
    const { isolate, sent, ended } = setUp()
    expect(isolate.take(worked(assignment, 40))).toBe(true)
    expect(isolate.take(worked(assignment, 5))).toBe(true)
    expect(ended).toEqual([])
    await settled()
    expect(sent).toEqual(Array.from({ length: 40 }, (_, offset) => `logins/0@${offset}`))
    expect(ended).toEqual(['next 0@0+40', 'ordinary 0@40+5'])
    expect(isolate.take(worked(assignment, 5))).toBe(false)
  })

  test('begins only when the ordinary way has nothing left of the partition', async () => {
    const { isolate, sent, ended, state } = setUp()
    state.underWay = true
    isolate.take(worked(partitionWith(3), 3))
    isolate.step()
    await settled()
    expect(sent).toEqual([])
    state.underWay = false
    isolate.step()
    await settled()
    expect(ended).toEqual(['next 0@0+3'])
  })

  test('the row that fails alone has its verdict; what came before has settled, and the rest is read again', async () => {
    const assignment = partitionWith(10)
    const { isolate, ended, rewound, errors } = setUp(name => (name === 'logins/0@3' ? TOO_LARGE : undefined))
    const behind = [worked(assignment, 6), worked(assignment, 4)]
    for (const batch of behind) isolate.take(batch)
    await settled()
    expect(ended).toEqual(['next 0@0+3', 'drop 0@3+3', 'drop 0@6+4'])
    expect([...assignment.verdicts]).toEqual([[3, { reason: REFUSED, omitValue: false }]])
    expect([rewound, errors]).toEqual([[assignment], []])
  })

  test.each([-192, 45])('rows that fail with code %i have no verdict: they come again', async code => {
    const assignment = partitionWith(4)
    const { isolate, ended, rewound } = setUp(() => ({ code, message: 'not my fault' }))
    isolate.take(worked(assignment, 4))
    await settled()
    expect([ended, [...assignment.verdicts], rewound]).toEqual([['drop 0@0+4'], [], [assignment]])
  })

  test('a dead letter that is refused without its value, too, ends the processor', async () => {
    const assignment = partitionWith(4)
    const { isolate, errors } = setUp(() => TOO_LARGE)
    const batch = worked(assignment, 1)
    batch.task.slab.outcome[0] = DEAD_LETTER
    batch.task.slab.flags[0] |= 4
    isolate.take(batch)
    await settled()
    expect(errors.map(({ message }) => message)).toEqual([
      'the brokers refused output of logins/0: too large (code 10)'
    ])
    expect(assignment.verdicts.size).toBe(0)
  })

  test('a row of metrics that is refused ends the processor: no record is to blame, and none becomes a dead letter', async () => {
    const assignment = partitionWith(4)
    const { isolate, ended, errors } = setUp(name => (name === 'logins/0@2' ? TOO_LARGE : undefined))
    const batch = worked(assignment, 4)
    batch.task.slab.rowOutput[2] = METRICS
    isolate.take(batch)
    await settled()
    expect(errors.map(({ message }) => message)).toEqual([
      'metrics of logins/0 can not be written to METRICS_TOPIC: too large (code 10); mend the topic, or the right to write to it'
    ])
    expect([ended, assignment.verdicts.size]).toEqual([['next 0@0+2', 'drop 0@2+2'], 0])
  })

  test('what is lost meanwhile is dropped', async () => {
    const assignments = new Assignments()
    const [assignment] = assigned(assignments, 1)
    assignment.isolateBelow = 40
    const { isolate, ended, sent } = setUp()
    isolate.take(worked(assignment, 40))
    isolate.take(worked(assignment, 1))
    assignments.close(assignment)
    await settled()
    expect(ended).toEqual(['drop 0@0+40', 'drop 0@40+1'])
    expect(sent).toHaveLength(16)
  })
})
