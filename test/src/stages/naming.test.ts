import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import type { Task } from '../../../src/stages/batch.ts'
import { GroupOffsets } from '../../../src/stages/group-offsets.ts'
import { Naming } from '../../../src/stages/naming.ts'
import { ScriptedConsumer } from '../../fixtures/scripted-consumer.ts'
import { assigned, quietEvents, settled, taskOf } from '../../fixtures/stages.ts'

const SECOND_ATTEMPT = '{"v":1,"attempts":1}'
const suspected = (offset: number, more: object = {}) =>
  JSON.stringify({ v: 1, record: { offset, deaths: 1, ...more } })

/** Partitions with these texts beside offset 0, and how far each is read; an empty text is for one without an offset. */
async function setUp(texts: readonly string[], answer = true) {
  const consumer = new ScriptedConsumer()
  const { events } = quietEvents()
  const offsets = new GroupOffsets({ consumer, events, maxInFlightRecords: 1000 })
  const all = assigned(new Assignments(), texts.length)
  texts.forEach((metadata, partition) => {
    consumer.positions.push({ topic: 'logins', partition, offset: metadata === '' ? -1 : 0, metadata })
  })
  const preparing = offsets.prepare(all, () => true)
  await settled()
  for (const { resolve } of consumer.commits.splice(0)) resolve()
  await preparing
  if (answer) answerAtOnce(consumer)
  return { consumer, offsets, all, naming: new Naming({ offsets, consumer }), told: () => toldTo(consumer) }
}

function answerAtOnce(consumer: ScriptedConsumer): void {
  const { commit } = consumer
  consumer.commit = async offsets => {
    void commit.call(consumer, offsets)
  }
}

/** `partition:first-last` of each name that has been committed, `partition` where one was taken back. */
const toldTo = (consumer: ScriptedConsumer) =>
  consumer.commits.splice(0).map(({ offsets }) =>
    offsets.map(({ partition, metadata = '' }) => {
      const { record } = JSON.parse(metadata === '' ? '{}' : metadata) as { record?: Record<string, number> }
      if (record === undefined || !record.running) return String(partition)
      const { offset, until = offset + 1 } = record
      return `${partition}:${offset}-${until - 1}`
    })
  )

const taskWith = (...stretches: [Assignment, number][]): Task => taskOf(stretches)

/** The parts that a task runs in, each as it is granted. */
async function partsOf(naming: Naming, task: Task): Promise<string[]> {
  const parts: string[] = []
  while (task.from < task.slab.records) {
    const step = naming.step(task, task.slab.records)
    const over = await step?.granted
    const end = step?.end ?? task.slab.records
    parts.push(`${task.from}-${end}`)
    over?.()
    task.from = end
  }
  return parts
}

describe('where nothing has died', () => {
  test('records run as they come, and nothing is told', async () => {
    const { naming, all, told } = await setUp(['{"v":1}', '{"v":1}'])
    expect(naming.step(taskWith([all[0], 5], [all[1], 5]), 10)).toBeUndefined()
    expect(told()).toEqual([])
  })

  test('the first records of a partition without an offset wait until it has one, those of others do not', async () => {
    const { naming, consumer, all, told } = await setUp(['', '{"v":1}'], false)
    const granted: string[] = []
    const step = (name: string, task: Task) => {
      const asked = naming.step(task, task.slab.records)
      if (asked === undefined) granted.push(name)
      else void asked.granted.then(() => granted.push(name))
      return asked?.end
    }
    expect(step('first', taskWith([all[1], 2], [all[0], 3]))).toBe(5)
    step('second', taskWith([all[0], 3]))
    step('third', taskWith([all[1], 2]))
    await settled()
    expect([granted, consumer.commits.length]).toEqual([['third'], 1])
    expect(consumer.commits[0].offsets).toEqual([
      { topic: 'logins', partition: 0, offset: 0, metadata: '{"v":1,"attempts":1}' }
    ])
    for (const { resolve } of consumer.commits) resolve()
    await settled()
    told()
    expect(granted).toEqual(['third', 'first', 'second'])
    expect(naming.step(taskWith([all[0], 3]), 3)).toBeUndefined()
  })
})

describe('where a process has died', () => {
  test('a batch at a time is named before it runs, and its name is taken back', async () => {
    const { naming, all, told } = await setUp([SECOND_ATTEMPT, '{"v":1}', SECOND_ATTEMPT])
    const parts = await partsOf(naming, taskWith([all[0], 3], [all[1], 2], [all[2], 4]))
    expect(parts).toEqual(['0-3', '3-5', '5-9'])
    await settled()
    expect(told()).toEqual([['0:0-2'], ['0'], ['2:0-3'], ['2']])
  })

  test('one stretch at a time in the whole process, the slab that was filled first before the others', async () => {
    const { naming, all, told } = await setUp([SECOND_ATTEMPT, SECOND_ATTEMPT])
    const [first, second, third] = [taskWith([all[0], 3], [all[1], 2]), taskWith([all[0], 3]), taskWith([all[1], 2])]
    await Promise.all([partsOf(naming, third), partsOf(naming, second), partsOf(naming, first)])
    await settled()
    expect(told().map(([name]) => name)).toEqual(['1:2-3', '0:0-2', '1:0-1', '0:3-5', '0'])
  })

  test('records that were named are named one by one, and what is before and behind them is not', async () => {
    const { naming, all, told } = await setUp([suspected(2, { until: 5 })])
    const parts = await partsOf(naming, taskWith([all[0], 8]))
    expect(parts).toEqual(['0-2', '2-3', '3-4', '4-5', '5-8'])
    await settled()
    expect(told()).toEqual([['0:2-2'], ['0:3-3'], ['0:4-4'], ['0']])
  })

  test('records that have come since are not named', async () => {
    const { naming, consumer, all, told } = await setUp([SECOND_ATTEMPT])
    consumer.endOffset = () => 5
    expect(await partsOf(naming, taskWith([all[0], 3]))).toEqual(['0-3'])
    expect(await partsOf(naming, taskWith([all[0], 3]))).toEqual(['0-3'])
    expect(naming.step(taskWith([all[0], 3]), 3)).toBeUndefined()
    await settled()
    expect(told()).toEqual([['0:0-2'], ['0'], ['0:3-5'], ['0']])
  })
})

describe('a name that can not be committed', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('is waited for once: then records run without', async () => {
    const { naming, consumer, all } = await setUp([SECOND_ATTEMPT], false)
    consumer.commit = () => Promise.reject(new Error('no coordinator'))
    const parts: string[] = []
    for (let task = 0; task < 3; task++) parts.push(...(await partsOf(naming, taskWith([all[0], 2]))))
    expect(parts).toEqual(['0-2', '0-2', '0-2'])
  })
})

describe('the end of the process', () => {
  test('that a record is to blame for names it, and no other', async () => {
    const { naming, all, told } = await setUp([SECOND_ATTEMPT, '{"v":1}'])
    await naming.step(taskWith([all[0], 3]), 3)?.granted
    await naming.last(all[1], 77)
    await naming.close()
    expect(told()).toEqual([['0:0-2'], ['1:77-77', '0']])
  })

  test('that no record is to blame for takes names back', async () => {
    const { naming, all, told } = await setUp([SECOND_ATTEMPT])
    await naming.step(taskWith([all[0], 3]), 3)?.granted
    await naming.close()
    expect(told()).toEqual([['0:0-2'], ['0']])
  })
})
