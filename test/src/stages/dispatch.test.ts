import { describe, expect, test } from 'vitest'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { Header } from '../../../src/slabs/layout.ts'
import { Slab } from '../../../src/slabs/slab.ts'
import type { Batch, Task } from '../../../src/stages/batch.ts'
import { Dispatch } from '../../../src/stages/dispatch.ts'
import { assigned, namesIn, quietEvents, settled, taskOf, usualShape, work } from '../../fixtures/stages.ts'

type Run = (slab: Slab, from: number) => Promise<void>

function setUp(run: Run) {
  const { events, insights } = quietEvents()
  const done: Batch[] = []
  const splits: [Batch, Batch][] = []
  const overflows: { task: Task; stuck: boolean }[] = []
  const errors: Error[] = []
  const dispatch = new Dispatch({
    pool: { run, cursorOf: slab => slab.header[Header.CURSOR] - 1 },
    events,
    split: (batch, rest) => splits.push([batch, rest]),
    next: batch => done.push(batch),
    overflowed: (task, stuck) => overflows.push({ task, stuck }),
    failed: error => errors.push(error)
  })
  return { dispatch, done, splits, overflows, errors, insights }
}

const works: Run = async (slab, from) => work(slab, from)
const namesOf = (batch: Batch) => namesIn(batch.task.slab, batch.firstRow, batch.endRow)

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
    const { dispatch, overflows, done } = setUp(async (slab, from) => work(slab, from, () => 50_000))
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

  test('when a worker dies, its records run again as if nothing had happened', async () => {
    let deaths = 0
    const { dispatch, done, errors, insights } = setUp(async (slab, from) => {
      work(slab, from)
      slab.counters[0] = 1
      if (deaths++ < 2) throw new Error('the thread is gone')
    })
    dispatch.submit(taskOf([[assigned(new Assignments(), 1)[0], 3]]))
    await settled()
    expect(done.map(namesOf)).toEqual([['logins/0@0', 'logins/0@1', 'logins/0@2']])
    expect([insights.workerDeaths, errors, dispatch.running]).toEqual([2, [], 0])
    expect(insights.counters).toEqual({ 'fields-defaulted': 1 })
  })

  test('gives up after three deaths in a row, naming the place and nothing of the record', async () => {
    let runs = 0
    const { dispatch, errors } = setUp(async (slab, from) => {
      runs++
      work(slab, from)
      slab.header[Header.CURSOR] = 2
      throw Object.assign(new Error('secret'), { code: 'ERR_WORKER_OUT_OF_MEMORY' })
    })
    dispatch.submit(taskOf([[assigned(new Assignments(), 1)[0], 3]]))
    await settled()
    expect(runs).toBe(3)
    expect(errors.map(({ message }) => message)).toEqual([
      'worker threads died 3 times on the same records at logins/0 offset 1'
    ])
  })

  test('deaths count from the last success on', async () => {
    const deaths = [true, true, false, true, true, false]
    const { dispatch, errors, done, overflows } = setUp(async (slab, from) => {
      if (deaths.shift()) throw new Error('the thread is gone')
      work(slab, from)
    })
    const task = taskOf([[assigned(new Assignments(), 1)[0], 2]], Slab.allocate({ ...usualShape, rows: 1 }))
    dispatch.submit(task)
    await settled()
    dispatch.submit(overflows[0].task)
    await settled()
    expect([errors, done.length]).toEqual([[], 2])
  })

  test('what goes wrong in a later stage fails the processor instead of being nobody’s', async () => {
    const { events } = quietEvents()
    const errors: Error[] = []
    const dispatch = new Dispatch({
      pool: { run: works, cursorOf: () => -1 },
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
