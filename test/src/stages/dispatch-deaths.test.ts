import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { type Death, WorkerDied } from '../../../src/pool/worker-death.ts'
import { HAS_VERDICT, Header } from '../../../src/slabs/layout.ts'
import { DEAD_LETTER, PROCESSED, reasons } from '../../../src/slabs/outcomes.ts'
import { Slab } from '../../../src/slabs/slab.ts'
import type { Task } from '../../../src/stages/batch.ts'
import { DataPlane } from '../../fixtures/data-plane.ts'
import { namesOf, setUpDispatch as setUp } from '../../fixtures/dispatch.ts'
import { assigned, settled, type Stretch, taskOf, usualShape, work } from '../../fixtures/stages.ts'

const SLABS = 4
const PARTITIONS = 3

/** What a record does to its worker, by offset in every partition. */
const behaviour = fc.oneof(
  { weight: 12, arbitrary: fc.constant('none' as const) },
  { weight: 1, arbitrary: fc.constantFrom('kills', 'kills once', 'kills afterwards') }
)

const randomRun = fc.record({
  behaviours: fc.array(behaviour, { minLength: 1, maxLength: 40 }),
  deaths: fc.infiniteStream(fc.constantFrom<Death>('died', 'hung')),
  /** After so many records that were begun, in sum, a worker dies before it begins one. */
  accidents: fc.array(fc.nat(60), { maxLength: 2 }),
  outputBytes: fc.integer({ min: 0, max: 400 }),
  rows: fc.integer({ min: 1, max: 24 }),
  sizes: fc.array(fc.oneof({ weight: 6, arbitrary: fc.nat(60) }, { weight: 1, arbitrary: fc.nat(900) }), {
    minLength: 1,
    maxLength: 20
  }),
  slabs: fc.array(
    fc.array(fc.record({ partition: fc.nat(PARTITIONS - 1), records: fc.integer({ min: 1, max: 6 }) }), {
      minLength: 1,
      maxLength: 3
    }),
    { maxLength: 12 }
  ),
  picks: fc.infiniteStream(fc.nat())
})

type RandomRun = typeof randomRun extends fc.Arbitrary<infer Value> ? Value : never

/** The records of all partitions do as their offsets say. */
function planeOf({ behaviours, deaths, accidents, outputBytes, rows, sizes }: RandomRun) {
  const once = new Set(behaviours.flatMap((each, offset) => (each === 'kills once' ? [offset] : [])))
  const of = (offset: number) => behaviours[offset % behaviours.length]
  const death = () => deaths.next().value as Death
  let begun = 0
  const plane: DataPlane = new DataPlane({
    slabs: SLABS,
    shape: { records: 18, rows, inputBytes: 2000, outputBytes },
    sizeOf: offset => sizes[offset % sizes.length],
    begun: (offset, record) => {
      if (accidents.includes(begun++)) throw new WorkerDied(death(), { place: 'before' })
      if (of(offset) === 'kills' || once.delete(offset)) throw new WorkerDied(death(), { place: 'at', record })
    },
    ended: offsets => {
      if (offsets.some(offset => of(offset) === 'kills afterwards')) throw new WorkerDied(death(), { place: 'after' })
    }
  })
  return { plane, kills: (offset: number) => of(offset).startsWith('kills') && of(offset) !== 'kills once' }
}

async function play(run: RandomRun) {
  const { plane, kills } = planeOf(run)
  const assignments = assigned(plane.assignments, PARTITIONS)
  const taken = Array.from({ length: PARTITIONS }, () => 0)
  const waiting = [...run.slabs]
  const pick = () => run.picks.next().value as number
  for (let step = 0; waiting.length > 0 || !plane.idle; step++) {
    if (step > 20_000) throw new Error('it never comes to an end')
    const stretches = waiting[0]?.map(({ partition, records }): Stretch => [assignments[partition], records])
    if (stretches !== undefined && plane.take(stretches) !== undefined) {
      for (const { partition, records } of waiting.shift() ?? []) taken[partition] += records
    }
    expect(new Set(plane.running).size).toBe(plane.running.length)
    if (pick() % 2 === 0) await plane.endWorker(pick())
    else await plane.acknowledge(pick())
  }
  return { plane, assignments, taken, kills }
}

test('whatever dies, hangs, overflows or is split, each record comes out once, in order, and only killers are convicted', async () => {
  await fc.assert(
    fc.asyncProperty(randomRun, async run => {
      const { plane, assignments, taken, kills } = await play(run)
      for (const { topic, partition, ledger, verdicts } of assignments) {
        const offsets = Array.from({ length: taken[partition] }, (_, offset) => offset)
        const names = plane.produced.filter(name => name.startsWith(`${topic}/${partition}@`))
        expect(names).toEqual(offsets.map(offset => `${topic}/${partition}@${offset}`))
        const killers = offsets.filter(kills)
        expect([...verdicts.keys()].sort((a, b) => a - b)).toEqual(killers)
        expect(ledger.tally).toMatchObject({
          processed: offsets.length - killers.length,
          deadLetter: killers.length
        })
      }
      expect([plane.slabs.free, plane.errors]).toEqual([SLABS, []])
    }),
    { numRuns: 500 }
  )
})

describe('when a worker dies', () => {
  /** Runs of a task, as `from-until`; the worker dies at the records that `begun` throws at. */
  function setUpDying(begun: (offset: number) => void) {
    const runs: string[] = []
    const setting = setUp(async (slab, from, until) => {
      runs.push(`${from}-${until}`)
      work(slab, from, { until, begun })
      slab.counters[0] = 1
    })
    return { ...setting, runs }
  }

  const diesAt = (record: number, code?: string) => new WorkerDied('died', { place: 'at', record }, { code })
  const outcomesOf = ({ slab }: Task) => Array.from(slab.outcome.subarray(0, slab.records))

  test('what is before the record runs again, then the record alone, then the rest, as if nothing had happened', async () => {
    let deaths = 0
    const { dispatch, done, errors, insights, runs } = setUpDying(offset => {
      if (offset === 2 && deaths++ === 0) throw diesAt(2)
    })
    dispatch.submit(taskOf([[assigned(new Assignments(), 1)[0], 5]]))
    await settled()
    expect(runs).toEqual(['0-5', '0-2', '2-3', '3-5'])
    expect(done.map(namesOf)).toEqual([[0, 1, 2, 3, 4].map(offset => `logins/0@${offset}`)])
    expect([insights.workerDeaths, errors, dispatch.running, done[0].tally.processed]).toEqual([1, [], 0, 5])
  })

  test('a record that does it again alone is a dead letter, and what it had counted is forgotten', async () => {
    const { dispatch, done, runs, insights } = setUpDying(offset => {
      if (offset === 2) throw diesAt(2)
    })
    const [assignment] = assigned(new Assignments(), 1)
    const task = taskOf([[assignment, 5]])
    dispatch.submit(task)
    await settled()
    expect(runs).toEqual(['0-5', '0-2', '2-3', '2-5'])
    expect(outcomesOf(task)).toEqual([PROCESSED, PROCESSED, DEAD_LETTER, PROCESSED, PROCESSED])
    expect([reasons[task.slab.detail[2]], done[0].tally.deadLetter]).toEqual(['killed-worker', 1])
    expect(insights.counters).toEqual({ 'fields-defaulted': 2 })
    expect([...assignment.verdicts.keys()]).toEqual([2])
  })

  test('the first record of a part is tried alone at once', async () => {
    const { dispatch, runs } = setUpDying(offset => {
      if (offset === 0) throw diesAt(0)
    })
    dispatch.submit(taskOf([[assigned(new Assignments(), 1)[0], 3]]))
    await settled()
    expect(runs).toEqual(['0-3', '0-1', '0-3'])
  })

  test('several killers in one slab all become dead letters', async () => {
    const killers = new Set([0, 3, 4, 9])
    const { dispatch, done } = setUpDying(offset => {
      if (killers.has(offset)) throw diesAt(offset)
    })
    dispatch.submit(taskOf([[assigned(new Assignments(), 1)[0], 10]]))
    await settled()
    expect(done.map(({ tally }) => [tally.processed, tally.deadLetter])).toEqual([[6, 4]])
  })

  test('batches of other partitions that are done do not wait for the record', async () => {
    const [first, second] = assigned(new Assignments(), 2)
    const seen: string[] = []
    const { dispatch, done } = setUp(async (slab, from, until) => {
      seen.push(`${from}-${until}: ${done.length} done`)
      work(slab, from, {
        until,
        begun: () => {
          if (slab.header[Header.CURSOR] === 3) throw diesAt(2)
        }
      })
    })
    dispatch.submit(
      taskOf([
        [first, 2],
        [second, 2]
      ])
    )
    await settled()
    expect(seen).toEqual(['0-4: 0 done', '0-2: 0 done', '2-3: 0 done', '2-4: 1 done'])
    expect(done.map(namesOf)).toEqual([
      ['logins/0@0', 'logins/0@1'],
      ['logins/1@0', 'logins/1@1']
    ])
  })

  test('after the last record, halves are tried until the one that leaves something behind is alone', async () => {
    const runs: string[] = []
    const { dispatch, done, errors } = setUp(async (slab, from, until) => {
      runs.push(`${from}-${until}`)
      work(slab, from, { until })
      if (from <= 5 && until > 5 && (slab.flags[5] & HAS_VERDICT) === 0) {
        throw new WorkerDied('died', { place: 'after' })
      }
    })
    const task = taskOf([[assigned(new Assignments(), 1)[0], 8]])
    dispatch.submit(task)
    await settled()
    expect(runs).toEqual(['0-8', '0-4', '4-8', '4-6', '4-5', '5-6', '5-6', '5-8'])
    expect([reasons[task.slab.detail[5]], done[0].tally.deadLetter, errors]).toEqual(['killed-worker', 1, []])
  })

  test('a cursor that points nowhere is not believed', async () => {
    let deaths = 0
    const { dispatch, done, runs } = setUpDying(() => {
      if (deaths++ === 0) throw diesAt(77)
    })
    dispatch.submit(taskOf([[assigned(new Assignments(), 1)[0], 4]]))
    await settled()
    expect([runs, done[0].tally.processed]).toEqual([['0-4', '0-2', '2-4'], 4])
  })

  test('before it has begun a record, three times, the processor fails', async () => {
    let runs = 0
    const { dispatch, errors } = setUp(async () => {
      runs++
      throw new WorkerDied('died', { place: 'before' })
    })
    dispatch.submit(taskOf([[assigned(new Assignments(), 1)[0], 3]]))
    await settled()
    expect(runs).toBe(3)
    expect(errors.map(({ message }) => message)).toEqual(['worker threads die before they have begun a record'])
  })

  test('twice before it has begun one, then runs them, nothing is told of it', async () => {
    const deaths = [true, true, false, true, true, false]
    const { dispatch, errors, done, overflows } = setUp(async (slab, from, until) => {
      if (deaths.shift()) throw new WorkerDied('died', { place: 'before' })
      work(slab, from, { until })
    })
    const task = taskOf([[assigned(new Assignments(), 1)[0], 2]], Slab.allocate({ ...usualShape, rows: 1 }))
    dispatch.submit(task)
    await settled()
    dispatch.submit(overflows[0].task)
    await settled()
    expect([errors, done.length]).toEqual([[], 2])
  })

  test('a thread that can not be ended fails the processor, which names the place and nothing of the record', async () => {
    let runs = 0
    const { dispatch, errors } = setUp(async () => {
      runs++
      throw new WorkerDied('stuck', { place: 'at', record: 1 }, new Error('secret'))
    })
    dispatch.submit(taskOf([[assigned(new Assignments(), 1)[0], 3]]))
    await settled()
    expect([runs, errors.map(({ message }) => message)]).toEqual([
      1,
      ['a worker thread hangs at logins/0 offset 1 and can not be ended']
    ])
  })

  test('what the parts before have written stays, and fills the arena: only what is left waits for room', async () => {
    const { dispatch, overflows, done } = setUp(async (slab, from, until) =>
      work(slab, from, {
        until,
        begun: offset => {
          if (offset === 2) throw diesAt(2)
        }
      })
    )
    const task = taskOf([[assigned(new Assignments(), 1)[0], 4]], Slab.allocate({ ...usualShape, rows: 2 }))
    dispatch.submit(task)
    await settled()
    expect([done.map(namesOf), overflows]).toEqual([[['logins/0@0', 'logins/0@1']], [{ task, stuck: false }]])
    dispatch.submit(task)
    await settled()
    expect(done.map(namesOf)[1]).toEqual(['logins/0@2', 'logins/0@3'])
  })
})
