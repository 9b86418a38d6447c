import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SchemaKey } from '../../../src/avro/wire-format.ts'
import type { WriterSchema } from '../../../src/pool/protocol.ts'
import { WorkerDied } from '../../../src/pool/worker-death.ts'
import { DataPlane } from '../../fixtures/data-plane.ts'
import { assigned, type Stretch } from '../../fixtures/stages.ts'

const schemaOf = (key: SchemaKey): WriterSchema => ({ key, schema: { text: `${key}`, references: [] } })

const randomRun = fc.record({
  outputBytes: fc.integer({ min: 100, max: 400 }),
  sizes: fc.array(fc.oneof({ weight: 4, arbitrary: fc.nat(60) }, { weight: 1, arbitrary: fc.nat(600) }), {
    minLength: 1,
    maxLength: 9
  }),
  /** Which schema a record has, by offset, over and over. */
  keys: fc.array(fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(4)), { minLength: 1, maxLength: 20 }),
  /** Workers that die, by how many records have been begun. */
  deaths: fc.array(fc.nat(30), { maxLength: 6 }),
  slabs: fc.array(
    fc.array(fc.record({ partition: fc.nat(2), records: fc.integer({ min: 1, max: 4 }) }), {
      minLength: 1,
      maxLength: 3
    }),
    { maxLength: 10 }
  ),
  losses: fc.array(fc.record({ partition: fc.nat(2), after: fc.nat(40) }), { maxLength: 1 }),
  picks: fc.infiniteStream(fc.nat())
})

type RandomRun = typeof randomRun extends fc.Arbitrary<infer Value> ? Value : never

async function play(run: RandomRun): Promise<void> {
  const known = new Map<SchemaKey, WriterSchema>([[0, schemaOf(0)]])
  const wanted = new Set<SchemaKey>()
  let begun = 0
  const plane = new DataPlane({
    slabs: 4,
    shape: { records: 12, rows: 24, inputBytes: 2000, outputBytes: run.outputBytes },
    sizeOf: offset => run.sizes[offset % run.sizes.length],
    contentOf: offset => Buffer.from([0, 0, 0, 0, run.keys[offset % run.keys.length]]),
    begun: (_, record) => {
      if (run.deaths.includes(begun++)) throw new WorkerDied('died', { place: 'at', record })
    },
    schemas: { outputIds: [], ofRecords: { get: key => known.get(key), want: key => void wanted.add(key) } }
  })
  const assignments = assigned(plane.assignments, 3)
  const taken = [0, 0, 0]
  const pick = () => run.picks.next().value as number
  const learnOne = async () => {
    const key = [...wanted][pick() % wanted.size]
    if (key === undefined) return
    wanted.delete(key)
    known.set(key, schemaOf(key))
    await plane.learned()
  }
  const coming = [...run.slabs]
  for (let step = 0; coming.length > 0 || !plane.idle || wanted.size > 0; step++) {
    if (step > 20_000) throw new Error('it never comes to an end')
    for (const { partition, after } of run.losses) if (after === step) await plane.lose(partition)
    const live = coming[0]
      ?.map(({ partition, records }): Stretch => [assignments[partition], records])
      .filter(([assignment]) => assignment.live)
    if (live !== undefined && (live.length === 0 || plane.take(live) !== undefined)) {
      coming.shift()
      for (const [{ partition }, records] of live) taken[partition] += records
    }
    expect(new Set(plane.running).size).toBe(plane.running.length)
    const turn = pick() % 5
    if (turn === 0) await learnOne()
    else if (turn < 3) await plane.endWorker(pick())
    else await plane.acknowledge(pick())
  }
  expect([plane.errors, plane.waiting, plane.slabs.free]).toEqual([[], 0, 4])
  for (const { topic, partition, live } of assignments) {
    const names = plane.produced.filter(name => name.startsWith(`${topic}/${partition}@`))
    const inOrder = Array.from({ length: taken[partition] }, (_, offset) => `${topic}/${partition}@${offset}`)
    expect(names).toEqual(live ? inOrder : inOrder.slice(0, names.length))
  }
}

test('whatever is known when, whoever dies or is lost: every record comes out once and in order, all slabs are free', async () => {
  await fc.assert(
    fc.asyncProperty(randomRun, run => play(run)),
    { numRuns: 500 }
  )
})
