import { describe, expect, test } from 'vitest'
import { type SchemaKey, writePrefix } from '../../../src/avro/wire-format.ts'
import type { WriterSchema } from '../../../src/pool/protocol.ts'
import { Assignments, type Assignment } from '../../../src/offsets/assignment.ts'
import { HAS_VERDICT, NOT_NOW } from '../../../src/slabs/layout.ts'
import { Slab } from '../../../src/slabs/slab.ts'
import { SlabWriter } from '../../../src/slabs/writer.ts'
import { Batch, Task } from '../../../src/stages/batch.ts'
import { Resolve } from '../../../src/stages/resolve.ts'
import { assigned, usualShape } from '../../fixtures/stages.ts'
import { record } from '../../fixtures/records.ts'

const schemaOf = (key: SchemaKey): WriterSchema => ({ key, schema: { text: `${key}`, references: [] } })

function setUp({ ofRecords = true, registry = true } = {}) {
  const known = new Map<SchemaKey, WriterSchema>()
  const wanted: SchemaKey[] = []
  const passed: Task[] = []
  const dropped: Batch[] = []
  const source = { get: (key: SchemaKey) => known.get(key), want: (key: SchemaKey) => void wanted.push(key) }
  const splits: [Batch, Batch][] = []
  const released: Task[] = []
  const resolve: Resolve = new Resolve({
    schemas: registry ? { outputIds: [3], ofRecords: ofRecords ? source : undefined } : undefined,
    split: (batch, rest) => splits.push([batch, rest]),
    next: task => passed.push(task),
    drop: batch => {
      dropped.push(batch)
      end(batch)
    },
    release: task => released.push(task)
  })
  const end = (batch: Batch) => {
    batch.state = 'ended'
    if (--batch.task.open === 0) resolve.ended(batch.task)
  }
  const endAll = (task: Task) => {
    for (const batch of task.batches) if (batch.state !== 'ended') end(batch)
  }
  const forget = (key: SchemaKey) => known.delete(key)
  const learn = (...keys: SchemaKey[]) => {
    for (const key of keys) known.set(key, schemaOf(key))
    resolve.retry()
  }
  return { resolve, passed, dropped, wanted, splits, released, learn, forget, endAll, assignments: new Assignments() }
}

let nextOffset = 0

/** A task with a record for each number; `undefined` is a record without a value. */
function taskOf(stretches: readonly (readonly [Assignment, readonly (number | string | undefined)[]])[]): Task {
  const slab = Slab.allocate(usualShape)
  const writer = new SlabWriter(slab, 1000)
  for (const [{ topic, partition, epoch }, keys] of stretches) {
    for (const key of keys) writer.append(epoch, record({ topic, partition, offset: nextOffset++, ...valueOf(key) }))
  }
  const task = new Task(slab, 0)
  stretches.forEach(([assignment], index) => {
    const [first, end] = [slab.batchFirstRecord[index], slab.batchEnd(index)]
    task.add(
      new Batch(
        assignment,
        assignment.ledger.open(slab.offsetOf(first), slab.offsetOf(end - 1) + 1, end - first),
        task,
        first,
        end
      )
    )
  })
  return task
}

function valueOf(key: number | string | undefined) {
  if (key === undefined) return { value: null }
  if (typeof key === 'string') return { value: key }
  const value = Buffer.alloc(8)
  writePrefix(value, 0, key)
  return { value }
}

const keysOf = (task: Task) => task.schemas?.writers.map(({ key }) => key)

describe('Resolve', () => {
  test('passes on at once what needs nothing: without a registry, without Avro records, with known schemas only', () => {
    const none = setUp({ registry: false })
    const [first] = assigned(none.assignments, 1)
    none.resolve.submit(taskOf([[first, [1]]]))
    expect(none.passed.map(({ schemas }) => schemas)).toEqual([undefined])

    const json = setUp({ ofRecords: false })
    json.resolve.submit(taskOf([[first, [1]]]))
    expect(json.passed.map(({ schemas }) => schemas)).toEqual([{ writers: [], outputIds: [3] }])

    const avro = setUp()
    avro.learn(1, 2)
    avro.resolve.submit(taskOf([[first, [1, 2, 1, 'not Avro', undefined]]]))
    expect(avro.passed.map(keysOf)).toEqual([[1, 2]])
    expect([avro.wanted, avro.resolve.waiting]).toEqual([[], 0])
  })

  test('keeps what waits for a schema, and what is behind it in its partition; all else goes on', () => {
    const { resolve, passed, wanted, splits, released, learn, endAll, assignments } = setUp()
    const [first, second, third] = assigned(assignments, 3)
    learn(1)
    const task = taskOf([
      [first, [1, 7, 1]],
      [second, [1, 1]],
      [third, [8]],
      [first, [1]]
    ])
    resolve.submit(task)
    expect([wanted, resolve.waiting]).toEqual([[7, 8], 1])
    expect(splits.map(([batch, rest]) => [rangeOf(batch), rangeOf(rest)])).toEqual([
      [
        [0, 1],
        [1, 3]
      ]
    ])
    expect(passed).toEqual([task])
    expect(task.batches.map(rangeOf)).toEqual([
      [0, 1],
      [3, 5]
    ])
    expect(leftOut(task)).toEqual([1, 2, 5, 6])
    expect(keysOf(task)).toEqual([1])

    learn(7, 8)
    // The slab is the first task's until all of that has ended.
    expect([passed.length, resolve.waiting]).toEqual([1, 0])
    endAll(task)
    const rest = passed[1]
    expect(rest.slab).toBe(task.slab)
    expect(rest.batches.map(rangeOf)).toEqual([
      [1, 3],
      [5, 6],
      [6, 7]
    ])
    expect(leftOut(rest)).toEqual([0, 3, 4])
    expect(keysOf(rest)?.toSorted()).toEqual([1, 7, 8])
    expect(released).toEqual([])
    endAll(rest)
    expect(released).toEqual([rest])
  })

  test('a slab of which everything waits is nobody else’s: it goes on as soon as its schemas are known', () => {
    const { resolve, passed, released, learn, endAll, assignments } = setUp()
    const [first] = assigned(assignments, 1)
    resolve.submit(taskOf([[first, [7, 8]]]))
    expect([passed, resolve.waiting]).toEqual([[], 1])
    learn(7)
    expect(passed).toEqual([])
    learn(8)
    expect(passed.map(keysOf)).toEqual([[7, 8]])
    expect(leftOut(passed[0])).toEqual([])
    endAll(passed[0])
    expect(released).toEqual(passed)
  })

  test('what was found for a task stays found, whatever is forgotten meanwhile', () => {
    const { resolve, passed, learn, forget, assignments } = setUp()
    const [first] = assigned(assignments, 1)
    resolve.submit(taskOf([[first, [7, 8]]]))
    learn(7)
    forget(7)
    learn(8)
    expect(passed.map(keysOf)).toEqual([[7, 8]])
  })

  test('asks for nothing that a record which has been judged was written with', () => {
    const { resolve, passed, assignments } = setUp()
    const [first] = assigned(assignments, 1)
    const task = taskOf([[first, [7]]])
    task.slab.flags[0] |= HAS_VERDICT
    resolve.submit(task)
    expect(passed).toEqual([task])
  })

  test('gives up what is of an assignment that has gone; the others go on waiting', () => {
    const { resolve, passed, dropped, released, learn, endAll, assignments } = setUp()
    const [first, second] = assigned(assignments, 2)
    const task = taskOf([
      [first, [7]],
      [second, [8]]
    ])
    const [gone, kept] = task.batches
    resolve.submit(task)
    assignments.close(first)
    resolve.retry()
    expect([dropped, resolve.waiting]).toEqual([[gone], 1])
    learn(8, 7)
    expect(passed.map(({ batches }) => batches)).toEqual([[gone, kept]])
    endAll(passed[0])
    expect(released).toHaveLength(1)
  })

  test.each(['before', 'after'])('a slab is free once, be what waits in it given up %s the rest has ended', when => {
    const { resolve, released, learn, endAll, assignments } = setUp()
    const [first, second] = assigned(assignments, 2)
    learn(1)
    const task = taskOf([
      [first, [1]],
      [second, [7]]
    ])
    resolve.submit(task)
    const steps = [() => endAll(task), () => (assignments.close(second), resolve.retry())]
    for (const step of when === 'after' ? steps : steps.toReversed()) step()
    expect(released).toHaveLength(1)
    expect(resolve.waiting).toBe(0)
    learn(7)
    expect(released).toHaveLength(1)
  })
})

const rangeOf = ({ firstRecord, endRecord }: Batch) => [firstRecord, endRecord]
const leftOut = ({ slab }: Task) =>
  Array.from({ length: slab.records }, (_, index) => index).filter(index => slab.flags[index] & NOT_NOW)
