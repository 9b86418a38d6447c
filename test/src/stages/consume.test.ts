import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ConsumerEvent } from '../../../src/kafka/ports.ts'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { SlabPool } from '../../../src/slabs/pool.ts'
import type { Slab } from '../../../src/slabs/slab.ts'
import type { SlabWriter } from '../../../src/slabs/writer.ts'
import type { Task } from '../../../src/stages/batch.ts'
import { Consume } from '../../../src/stages/consume.ts'
import { record } from '../../fixtures/records.ts'
import { ScriptedConsumer } from '../../fixtures/scripted-consumer.ts'
import { assigned, quietEvents, usualShape } from '../../fixtures/stages.ts'

/** How long was waited, in milliseconds: on a machine that stands still for one, the clock says nothing of it. */
const pauses = vi.hoisted((): number[] => [])
vi.mock(import('node:timers/promises'), async importOriginal => {
  const timers = await importOriginal()
  const setTimeout: typeof timers.setTimeout = (pauseMs, ...rest) => {
    pauses.push(pauseMs ?? 0)
    return timers.setTimeout(pauseMs, ...rest)
  }
  return { ...timers, setTimeout }
})

const MAX_RECORD_BYTES = 100_000

function setUp({ slabs: count = 4, maxLarge = 8 } = {}) {
  const consumer = new ScriptedConsumer()
  const slabs = new SlabPool(count, usualShape, maxLarge)
  const assignments = new Assignments()
  const tasks: Task[] = []
  const handled: ConsumerEvent[] = []
  const state = { leaving: false, held: false, left: false }
  const filling = { records: usualShape.records }
  const consume = new Consume({
    consumer,
    slabs,
    filling,
    assignments,
    events: quietEvents().events,
    maxRecordBytes: MAX_RECORD_BYTES,
    maxOutputBytes: 50_000,
    leaving: () => state.leaving,
    held: () => state.held,
    left: () => state.left,
    handle: event => handled.push(event),
    betweenPolls: () => consumer.calls.push('between'),
    next: task => tasks.push(task)
  })
  const [first, second] = assigned(assignments, 2)
  const offsets = new Map<number, number>()
  /** Appends one record of an assignment, as a transport does. */
  const append = (into: SlabWriter, { partition, epoch } = first, valueBytes = 5): number => {
    const offset = offsets.get(epoch) ?? 0
    const needed = into.append(epoch, record({ partition, offset, value: 'v'.repeat(valueBytes) }))
    if (needed === 0) offsets.set(epoch, offset + 1)
    return needed
  }
  return { consume, consumer, slabs, assignments, tasks, handled, state, filling, first, second, append }
}

/** What each poll of a run is to do; the loop ends after the last. */
function script(setting: ReturnType<typeof setUp>, polls: ((into: SlabWriter | undefined) => object | void)[]): void {
  setting.consumer.onPoll = into => {
    const result = polls.shift()?.(into) ?? {}
    if (polls.length === 0) setting.state.left = true
    return { events: [], ...result }
  }
}

describe('Consume', () => {
  test('turns what a poll brings into one task with a batch for each stretch, and opens them in the ledgers', async () => {
    const setting = setUp()
    const { first, second, append, tasks } = setting
    script(setting, [
      into => {
        for (const assignment of [first, first, second, first]) append(into as SlabWriter, assignment)
      }
    ])
    await setting.consume.run()
    expect(tasks).toHaveLength(1)
    expect(tasks[0].batches.map(({ firstRecord, endRecord }) => [firstRecord, endRecord])).toEqual([
      [0, 2],
      [2, 3],
      [3, 4]
    ])
    expect([first.ledger.inFlight, second.ledger.inFlight, tasks[0].open]).toEqual([3, 1, 3])
    expect(setting.slabs.free).toBe(3)
  })

  test('a slab takes no more records than are known to fit with what comes of them', async () => {
    const setting = setUp()
    const { consume, filling, tasks, append } = setting
    filling.records = 2
    script(setting, [
      into => {
        expect([append(into!), append(into!)]).toEqual([0, 0])
        expect(append(into!)).toBeGreaterThan(0)
      }
    ])
    await consume.run()
    expect(tasks.map(({ slab }) => slab.records)).toEqual([2])
  })

  test('a poll that brings nothing gives its slab back', async () => {
    const setting = setUp({ slabs: 1 })
    script(setting, [() => undefined, () => undefined, () => undefined])
    await setting.consume.run()
    expect([setting.tasks, setting.slabs.free]).toEqual([[], 1])
  })

  test('records of a poll belong to the assignments as they were before its events', async () => {
    const setting = setUp()
    const order: string[] = []
    setting.consumer.onPoll = into => {
      setting.append(into as SlabWriter)
      setting.state.left = true
      return { events: [{ type: 'revoked', partitions: [], lost: true }] }
    }
    setting.tasks.push = task => order.push('task', String(task.batches.length))
    setting.handled.push = event => order.push(event.type)
    await setting.consume.run()
    expect([...order, ...setting.consumer.newCalls()]).toEqual(['task', '1', 'revoked', 'between'])
  })

  test('records of a partition that is not assigned are a fault of the transport', async () => {
    const setting = setUp()
    setting.assignments.fence(setting.first)
    script(setting, [into => void setting.append(into as SlabWriter)])
    await expect(setting.consume.run()).rejects.toThrow('a partition that is not assigned')
  })

  test('without a free slab it holds the transport, polls on, and releases it at half', async () => {
    const setting = setUp({ slabs: 4 })
    const { consumer, slabs } = setting
    const out = [1, 2, 3, 4].map(() => slabs.acquire() as Slab)
    const given: boolean[] = []
    const next = (free: number) => (into: SlabWriter | undefined) => {
      given.push(into !== undefined)
      for (; free > 0; free--) slabs.release(out.pop() as Slab)
    }
    script(setting, [next(0), next(1), next(1), next(0)])
    await setting.consume.run()
    expect(given).toEqual([false, false, false, true])
    expect(consumer.newCalls().filter(call => call !== 'between')).toEqual(['hold', 'release'])
  })

  test('a slab that is freed within the wait is filled without holding anything', async () => {
    const setting = setUp({ slabs: 1 })
    const slab = setting.slabs.acquire() as Slab
    const given: boolean[] = []
    script(setting, [into => void given.push(into !== undefined)])
    setImmediate(() => setting.slabs.release(slab))
    await setting.consume.run()
    expect([given, setting.consumer.newCalls()]).toEqual([[true], ['between']])
  })

  test('a record that needs more gets a slab of its own size, and the next one a usual slab again', async () => {
    const setting = setUp()
    const { append, tasks, first } = setting
    let needsBytes = 0
    script(setting, [
      into => ({ needsBytes: (needsBytes = append(into as SlabWriter, first, 20_000)) }),
      into => void append(into as SlabWriter, first, 20_000),
      into => void append(into as SlabWriter)
    ])
    await setting.consume.run()
    expect(tasks.map(({ slab }) => slab.shape.records)).toEqual([1, usualShape.records])
    expect(tasks[0].slab.shape.inputBytes).toBe(needsBytes)
    expect([setting.slabs.large, setting.slabs.free]).toEqual([1, 3])
  })

  test('while too many large slabs are out, it polls for control events only', async () => {
    const setting = setUp({ maxLarge: 0 })
    const given: boolean[] = []
    script(setting, [
      () => ({ needsBytes: 20_000 }),
      into => void given.push(into !== undefined),
      into => void given.push(into !== undefined)
    ])
    await setting.consume.run()
    expect(given).toEqual([false, true])
  })

  test('while a flood is held, the consumer holds and control events are served; then it goes on', async () => {
    const setting = setUp()
    setting.state.held = true
    const given: boolean[] = []
    const poll = (into: SlabWriter | undefined) => void given.push(into !== undefined)
    const release = (into: SlabWriter | undefined) => {
      poll(into)
      setting.state.held = false
    }
    script(setting, [poll, release, poll])
    await setting.consume.run()
    expect(given).toEqual([false, false, true])
    expect(setting.consumer.calls.filter(call => call !== 'between')).toEqual(['hold', 'release'])
  })

  test('when leaving, it takes no slab and goes on polling until it has left', async () => {
    const setting = setUp()
    const given: boolean[] = []
    setting.state.leaving = true
    script(setting, [into => void given.push(into !== undefined), into => void given.push(into !== undefined)])
    await setting.consume.run()
    expect([given, setting.slabs.free]).toEqual([[false, false], 4])
  })

  test.each([
    ['a few records', 40, 5, true],
    ['one record', 1, 5, true],
    ['half of the records that a slab takes', 50, 5, false],
    ['half of the bytes that a slab takes', 2, 3000, false],
    ['nothing', 0, 0, false]
  ])('behind %s the next poll waits for more to come: %#', async (_, records, valueBytes, waits) => {
    // However long the machine takes: all of it happens at one moment.
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const setting = setUp()
    script(setting, [
      into => {
        for (let record = 0; record < records; record++) setting.append(into!, setting.first, valueBytes)
        pauses.length = 0
      },
      () => undefined
    ])
    await setting.consume.run()
    expect(pauses).toEqual(waits ? [1] : [])
  })
})
