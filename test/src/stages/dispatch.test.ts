import { describe, expect, test } from 'vitest'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { Slab } from '../../../src/slabs/slab.ts'
import { Dispatch } from '../../../src/stages/dispatch.ts'
import { namesOf, type Run, setUpDispatch as setUp, works } from '../../fixtures/dispatch.ts'
import { anyFilling, assigned, quietEvents, settled, taskOf, unnamed, usualShape, work } from '../../fixtures/stages.ts'

describe('Dispatch', () => {
  test('hands on each batch with its own rows and outcomes, in order', async () => {
    const [first, second] = assigned(new Assignments(), 2)
    const { dispatch, done } = setUp(works)
    dispatch.submit(
      taskOf([
        [first, 2],
        [second, 1]
      ])
    )
    expect(dispatch.running).toBe(1)
    await settled()
    expect(done.map(namesOf)).toEqual([['logins/0@0', 'logins/0@1'], ['logins/1@0']])
    expect(done.map(({ tally, state }) => [tally.processed, state])).toEqual([
      [2, 'worked'],
      [1, 'worked']
    ])
    expect(dispatch.running).toBe(0)
  })

  test('a batch that the worker began and did not finish is cut in two', async () => {
    const [first, second] = assigned(new Assignments(), 2)
    const { dispatch, done, splits, overflows } = setUp(works)
    const slab = Slab.allocate({ ...usualShape, rows: 2 })
    const task = taskOf(
      [
        [first, 3],
        [second, 1]
      ],
      slab
    )
    dispatch.submit(task)
    await settled()
    expect(done.map(namesOf)).toEqual([['logins/0@0', 'logins/0@1']])
    expect(splits.map(([batch, rest]) => [batch.endRecord, rest.firstRecord, rest.endRecord])).toEqual([[2, 2, 3]])
    expect(overflows).toEqual([{ task, stuck: false }])
    expect([task.from, task.open]).toEqual([2, 3])
  })

  test('a run that got nowhere says so', async () => {
    const { dispatch, overflows, done } = setUp(async (slab, from, until) =>
      work(slab, from, { until, sizeOf: () => 50_000 })
    )
    dispatch.submit(taskOf([[assigned(new Assignments(), 1)[0], 2]]))
    await settled()
    expect([done, overflows[0].stuck]).toEqual([[], true])
  })

  test('the rows of a batch that was dropped meanwhile go to nobody', async () => {
    const [first, second, third] = assigned(new Assignments(), 3)
    const { dispatch, done } = setUp(works)
    const task = taskOf([
      [first, 1],
      [second, 2],
      [third, 1]
    ])
    task.batches[1].state = 'ended'
    dispatch.submit(task)
    await settled()
    expect(done.map(namesOf)).toEqual([['logins/0@0'], ['logins/2@0']])
  })

  test('what goes wrong in a later stage fails the processor instead of being nobody’s', async () => {
    const { events } = quietEvents()
    const errors: Error[] = []
    const dispatch = new Dispatch({
      pool: { run: works },
      naming: unnamed,
      filling: anyFilling,
      events,
      split: () => undefined,
      next: () => {
        throw new Error('of a later stage')
      },
      overflowed: () => undefined,
      failed: error => errors.push(error)
    })
    dispatch.submit(taskOf([[assigned(new Assignments(), 1)[0], 1]]))
    await settled()
    expect(errors.map(({ message }) => message)).toEqual(['of a later stage'])
  })

  test('once stopped, neither a result nor a death means anything', async () => {
    const ends: (() => void)[] = []
    const run: Run = () =>
      new Promise((resolve, reject) => ends.push(ends.length === 0 ? resolve : () => reject(new Error('terminated'))))
    const { dispatch, done, insights } = setUp(run)
    const [first, second] = assigned(new Assignments(), 2)
    dispatch.submit(taskOf([[first, 1]]))
    dispatch.submit(taskOf([[second, 1]]))
    dispatch.stop()
    for (const end of ends) end()
    await settled()
    expect([done, insights.workerDeaths, ends.length]).toEqual([[], 0, 2])
  })
})
