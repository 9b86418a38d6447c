import { describe, expect, test } from 'vitest'
import { KafkaError } from '../../../src/kafka/kafka-error.ts'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import { reasons } from '../../../src/slabs/outcomes.ts'
import { Abort } from '../../../src/stages/abort.ts'
import type { SentRow } from '../../../src/stages/culprit-search.ts'
import type { Failure } from '../../../src/stages/transact.ts'
import { ScriptedConsumer } from '../../fixtures/scripted-consumer.ts'
import { assigned, quietEvents, taskOf, work } from '../../fixtures/stages.ts'

const METRICS = 7
const TOO_LARGE = { code: 10, message: 'too large' }

function setUp(partitions: number) {
  const assignments = new Assignments()
  const consumer = new ScriptedConsumer()
  const rewound: (readonly [partition: number, offset: number | undefined])[] = []
  let aborts = 0
  /** What the next aborts reject with. */
  const refusals: Error[] = []
  const abort = new Abort({
    transactions: {
      abort: async () => {
        const error = refusals.shift()
        if (error !== undefined) throw error
        aborts++
      }
    },
    consumer,
    assignments,
    events: quietEvents().events,
    metrics: METRICS,
    retryMs: 1,
    summaryAt: () => undefined,
    rewind: (live, startOf) => rewound.push(...live.map(each => [each.partition, startOf(each)?.offset] as const))
  })
  const open = assigned(assignments, partitions)
  /** Comes round until it is over, as the loop does. */
  const run = async (failure: Partial<Failure>) => {
    const ticker = setInterval(() => abort.step(), 1)
    const whole: Failure = { error: TOO_LARGE, ofRow: false, culprit: undefined, before: 0, ...failure }
    await abort.run(whole).finally(() => clearInterval(ticker))
  }
  return { assignments, consumer, rewound, refusals, open, run, aborted: () => aborts }
}

/** The second row of three: the records have one each. */
function secondRow(assignment: Assignment): SentRow {
  const task = taskOf([[assignment, 3]])
  work(task.slab, 0)
  return { batch: task.batches[0], row: 1 }
}

describe('Abort', () => {
  test('sends every partition back to where the group is, which a lost answer may have hidden', async () => {
    const { consumer, rewound, open, run, aborted } = setUp(3)
    taskOf([[open[0], 20]])
    taskOf([[open[1], 5]])
    consumer.positions.push({ topic: 'logins', partition: 0, offset: 15, metadata: '' })
    await run({})
    expect(aborted()).toBe(1)
    expect(rewound).toEqual([
      [0, 15],
      [1, 0]
    ])
  })

  test('leaves alone what was lost while it asked', async () => {
    const { assignments, consumer, rewound, open, run } = setUp(2)
    for (const each of open) taskOf([[each, 1]])
    const ask = consumer.committed.bind(consumer)
    consumer.committed = async partitions => {
      assignments.close(open[1])
      return ask(partitions)
    }
    await run({})
    expect(rewound).toEqual([[0, 0]])
  })

  test('asks again where the group does not answer', async () => {
    const { consumer, rewound, open, run } = setUp(1)
    taskOf([[open[0], 1]])
    const ask = consumer.committed.bind(consumer)
    let asked = 0
    consumer.committed = async partitions => {
      if (++asked === 1) throw new Error('coordinator is loading')
      return ask(partitions)
    }
    await run({})
    expect([asked, rewound]).toEqual([2, [[0, 0]]])
  })

  test('waits for brokers that can not be reached, however long they are away', async () => {
    const { refusals, rewound, open, run } = setUp(1)
    taskOf([[open[0], 1]])
    for (let attempt = 0; attempt < 100; attempt++) refusals.push(new KafkaError(-195, 'connection refused'))
    await run({})
    expect([refusals, rewound]).toEqual([[], [[0, 0]]])
  })

  test('gives up on brokers that answer and refuse', async () => {
    const { refusals, run } = setUp(1)
    for (let attempt = 0; attempt < 100; attempt++) refusals.push(new KafkaError(53, 'not authorized'))
    await expect(run({})).rejects.toThrow('not authorized')
  })

  test('the record of a row that was refused has its verdict', async () => {
    const { open, run } = setUp(1)
    await run({ ofRow: true, culprit: secondRow(open[0]) })
    expect([...open[0].verdicts]).toEqual([[1, { reason: reasons.indexOf('refused-by-broker'), omitValue: false }]])
  })

  test.each([-192, 45])('a row that fails with code %i is not to blame, even alone', async code => {
    const { open, run } = setUp(1)
    await run({ ofRow: true, error: { code, message: 'not my fault' }, culprit: secondRow(open[0]) })
    expect(open[0].verdicts.size).toBe(0)
  })

  test('metrics of records that are refused end the processor: no record is to blame', async () => {
    const { open, run } = setUp(1)
    const culprit = secondRow(open[0])
    culprit.batch.task.slab.rowOutput[culprit.row] = METRICS
    await expect(run({ ofRow: true, culprit })).rejects.toThrow(
      'metrics of logins/0 can not be written to METRICS_TOPIC'
    )
    expect(open[0].verdicts.size).toBe(0)
  })

  test('what somebody has to mend ends the processor', async () => {
    const { run } = setUp(1)
    await expect(run({ ofRow: true, error: { code: 29, message: 'not authorized' } })).rejects.toThrow(
      'the brokers refused output: not authorized (code 29)'
    )
  })
})
