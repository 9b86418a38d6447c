import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Assignment } from '../../../src/offsets/assignment.ts'
import { DataPlane } from '../../fixtures/data-plane.ts'
import { assigned, type Stretch } from '../../fixtures/stages.ts'

const SLABS = 4
const shapeWith = (outputBytes: number, rows = 24) => ({ records: 12, rows, inputBytes: 2000, outputBytes })

/** Ends workers and acknowledges rows until nothing is left to do. */
async function finish(plane: DataPlane): Promise<void> {
  for (let turn = 0; !plane.idle; turn++) {
    if (turn > 10_000) throw new Error('it never comes to an end')
    await plane.endWorker(turn)
    await plane.acknowledge(turn)
  }
}

const wanted = ({ topic, partition }: Assignment, records: number) =>
  Array.from({ length: records }, (_, offset) => `${topic}/${partition}@${offset}`)

const ofPartition = (names: readonly string[], { topic, partition }: Assignment) =>
  names.filter(name => name.startsWith(`${topic}/${partition}@`))

const randomRun = fc.record({
  outputBytes: fc.integer({ min: 0, max: 400 }),
  rows: fc.integer({ min: 1, max: 24 }),
  /** Of the rows by offset, over and over: most fit an arena, some none. */
  sizes: fc.array(fc.oneof({ weight: 4, arbitrary: fc.nat(60) }, { weight: 1, arbitrary: fc.nat(900) }), {
    minLength: 1,
    maxLength: 20
  }),
  slabs: fc.array(
    fc.array(fc.record({ partition: fc.nat(2), records: fc.integer({ min: 1, max: 4 }) }), {
      minLength: 1,
      maxLength: 3
    }),
    {
      maxLength: 12
    }
  ),
  picks: fc.infiniteStream(fc.nat()),
  /** Partitions that are lost on the way, each after so many steps. */
  losses: fc.array(fc.record({ partition: fc.nat(2), after: fc.nat(40) }), { maxLength: 2 })
})

type RandomRun = typeof randomRun extends fc.Arbitrary<infer Value> ? Value : never

async function play(run: RandomRun) {
  const plane = new DataPlane({
    slabs: SLABS,
    shape: shapeWith(run.outputBytes, run.rows),
    sizeOf: offset => run.sizes[offset % run.sizes.length]
  })
  const assignments = assigned(plane.assignments, 3)
  const taken = [0, 0, 0]
  const waiting = [...run.slabs]
  const pick = () => run.picks.next().value as number
  for (let step = 0; waiting.length > 0 || !plane.idle; step++) {
    if (step > 20_000) throw new Error('it never comes to an end')
    for (const { partition, after } of run.losses) if (after === step) await plane.lose(partition)
    const next = waiting[0]
    const stretches = next?.map(({ partition, records }): Stretch => [assignments[partition], records])
    const live = stretches?.filter(([assignment]) => assignment.live) ?? []
    if (next !== undefined && (live.length === 0 || plane.take(live) !== undefined)) {
      waiting.shift()
      for (const [{ partition }, records] of live) taken[partition] += records
    }
    expect(new Set(plane.running).size).toBe(plane.running.length)
    if (pick() % 2 === 0) await plane.endWorker(pick())
    else await plane.acknowledge(pick())
  }
  return { plane, assignments, taken }
}

describe('Overflow', () => {
  test('whatever the sizes, every record comes out once and in order, and all slabs are free at the end', async () => {
    await fc.assert(
      fc.asyncProperty(randomRun, async run => {
        const { plane, assignments, taken } = await play({ ...run, losses: [] })
        for (const assignment of assignments) {
          expect(ofPartition(plane.produced, assignment)).toEqual(wanted(assignment, taken[assignment.partition]))
          expect(assignment.ledger.tally.processed).toBe(taken[assignment.partition])
        }
        expect([plane.slabs.free, plane.errors]).toEqual([SLABS, []])
      }),
      { numRuns: 500 }
    )
  })

  test('when partitions are lost on the way, the others are whole, nothing comes twice, and no slab is kept', async () => {
    await fc.assert(
      fc.asyncProperty(randomRun, async run => {
        const { plane, assignments, taken } = await play(run)
        for (const assignment of assignments) {
          const names = ofPartition(plane.produced, assignment)
          expect(names).toEqual(wanted(assignment, assignment.live ? taken[assignment.partition] : names.length))
        }
        const { consumed, tally, abandoned, inFlight } = plane.assignments.totals()
        expect([consumed, inFlight]).toEqual([tally.processed + abandoned, 0])
        expect([plane.slabs.free, plane.errors]).toEqual([SLABS, []])
      }),
      { numRuns: 500 }
    )
  })

  test('a slab with two batches of one partition is kept until both are acknowledged', async () => {
    const plane = new DataPlane({ slabs: 1, shape: shapeWith(400), sizeOf: () => 10 })
    const [first, second] = assigned(plane.assignments, 2)
    plane.take([
      [first, 1],
      [second, 1],
      [first, 1]
    ])
    await plane.endWorker(0)
    await plane.acknowledge(0)
    await plane.acknowledge(0)
    expect(plane.slabs.free).toBe(0)
    await plane.acknowledge(0)
    expect([plane.slabs.free, first.ledger.tally.processed, second.ledger.tally.processed]).toEqual([1, 2, 1])
  })

  test('a slab whose last record moved out is free again', async () => {
    const plane = new DataPlane({ slabs: 1, shape: shapeWith(100), sizeOf: offset => (offset === 2 ? 5000 : 10) })
    const [assignment] = assigned(plane.assignments, 1)
    plane.take([[assignment, 3]])
    await finish(plane)
    expect([plane.produced, plane.slabs.free]).toEqual([wanted(assignment, 3), 1])
  })

  test('a loss that drops one batch of a waiting task runs the rest once', async () => {
    const plane = new DataPlane({ slabs: 2, shape: shapeWith(30), sizeOf: () => 20 })
    const assignments = assigned(plane.assignments, 3)
    plane.take(assignments.map((assignment): Stretch => [assignment, 1]))
    await plane.endWorker(0)
    await plane.acknowledge(0)
    await plane.endWorker(0)
    await plane.lose(2)
    await plane.acknowledge(0)
    expect(plane.running).toEqual([])
    expect([plane.produced, plane.slabs.free]).toEqual([['logins/0@0', 'logins/1@0'], 2])
  })

  test('a record that fits nowhere does not hold up the rest when its partition is lost while it waits its turn', async () => {
    const plane = new DataPlane({ slabs: 2, shape: shapeWith(100), sizeOf: offset => (offset === 1 ? 5000 : 10) })
    const [first, second] = assigned(plane.assignments, 2)
    plane.take([[first, 1]])
    plane.take([
      [first, 1],
      [second, 1]
    ])
    await plane.endWorker(1)
    await plane.lose(0)
    await finish(plane)
    expect([ofPartition(plane.produced, second), plane.slabs.free]).toEqual([['logins/1@0'], 2])
  })
})
