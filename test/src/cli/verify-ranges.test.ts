import { describe, expect, test } from 'vitest'
import { readVerifyArguments } from '../../../src/cli/verify-arguments.ts'
import { outputKinds, VerifyRanges } from '../../../src/cli/verify-ranges.ts'
import { optionsFor } from '../../../src/config/options.ts'
import { settingsFromRaw } from '../../../src/config/raw-settings.ts'
import type { AdminClient } from '../../../src/kafka/admin.ts'
import type { TopicPartition } from '../../../src/kafka/ports.ts'
import { MemoryReader, type MemoryRecord } from '../../fixtures/memory-reader.ts'
import probe from '../../fixtures/probe-pipeline.ts'

const settingsWith = (raw: Record<string, string> = {}) =>
  settingsFromRaw({ inputTopic: 'in', outputTopic: 'out', ...raw }, optionsFor(probe))
const argumentsOf = (...args: string[]) => readVerifyArguments(args, 10_000_000)

const records = (count: number): MemoryRecord[] =>
  Array.from({ length: count }, (_, offset) => ({ offset, timestampMs: offset * 1_000_000 }))
const logs = new Map([
  ['in/0', records(10)],
  ['in/1', records(5)],
  ['out/0', records(20)],
  ['second-out/0', []],
  ['probes-dlq/0', records(1)]
])

class FakeAdmin implements Pick<
  AdminClient,
  'partitionCounts' | 'beginningOffsets' | 'endOffsets' | 'committedOffsets'
> {
  readonly begins: Record<string, number> = {}
  readonly committed: Record<string, number> = { 'in/0': 8, 'in/1': 5 }

  async partitionCounts() {
    const counts = Object.groupBy(logs.keys(), name => name.split('/')[0])
    return new Map(Object.entries(counts).map(([topic, names]) => [topic, names?.length ?? 0]))
  }
  beginningOffsets = this.#offsets(name => this.begins[name] ?? 0)
  endOffsets = this.#offsets(name => logs.get(name)?.length ?? 0)
  committedOffsets = async (_group: string, partitions: readonly TopicPartition[]) =>
    partitions.map(({ topic, partition }) => {
      const offset = this.committed[`${topic}/${partition}`] ?? -1
      return { topic, partition, offset, metadata: '' }
    })

  #offsets(of: (name: string) => number) {
    return async (partitions: readonly TopicPartition[]) =>
      partitions.map(({ topic, partition }) => ({ topic, partition, offset: of(`${topic}/${partition}`) }))
  }
}

function cluster() {
  const admin = new FakeAdmin()
  return { admin, ranges: new VerifyRanges(admin as unknown as AdminClient, new MemoryReader(logs)) }
}

const shown = (ranges: readonly (TopicPartition & { from: number; to: number })[]) =>
  ranges.map(({ topic, partition, from, to }) => `${topic}/${partition} ${from}-${to}`)

describe('the input', () => {
  test('is every partition that the group reads, up to its commit', async () => {
    const { ranges } = await cluster().ranges.inputs(settingsWith(), 'group', argumentsOf())
    expect(shown(ranges)).toEqual(['in/0 0-8', 'in/1 0-5'])
  })

  test('the topic of redriven dead letters is one of them, and patterns mean what they match', async () => {
    const redriven = settingsWith({ redriveTopic: 'out' })
    const { ranges } = await cluster().ranges.inputs(redriven, 'group', argumentsOf('--to', 'end'))
    expect(shown(ranges)).toEqual(['in/0 0-10', 'in/1 0-5', 'out/0 0-20'])
    const pattern = settingsWith({ inputTopic: '^i' })
    expect((await cluster().ranges.inputs(pattern, 'group', argumentsOf('--partition', '1'))).ranges).toHaveLength(1)
  })

  test('between two times is what lies between them', async () => {
    const times = argumentsOf('--from', '1970-01-01T00:50:00Z', '--to', '1970-01-01T01:10:00Z')
    const { ranges } = await cluster().ranges.inputs(settingsWith(), 'group', times)
    expect(shown(ranges)).toEqual(['in/0 3-5', 'in/1 3-5'])
  })

  test.for([
    [['--topic', 'out'], 'does not read topic "out"'],
    [['--partition', '9'], 'no such partition'],
    [['--from', '9'], 'nothing to look at in this range: it is empty']
  ] as const)('%j is refused', async ([args, why]) => {
    await expect(cluster().ranges.inputs(settingsWith(), 'group', argumentsOf(...args))).rejects.toThrow(why)
  })

  test('that has not been read by the group is refused', async () => {
    const { admin, ranges } = cluster()
    Object.assign(admin.committed, { 'in/0': -1, 'in/1': -1 })
    const refused = ranges.inputs(settingsWith(), 'nobody', argumentsOf())
    await expect(refused).rejects.toThrow('group nobody has committed nothing')
  })
})

describe('the outputs', () => {
  test('are whole, and cut where their beginning was deleted', async () => {
    const { admin, ranges } = cluster()
    admin.begins['out/0'] = 7
    const outputs = await ranges.outputs(probe, settingsWith(), argumentsOf('--from', '2'))
    expect(shown(outputs)).toEqual(['out/0 7-20', 'second-out/0 0-0', 'probes-dlq/0 0-1'])
    expect(outputs.map(({ kind, cut }) => [kind, cut])).toEqual([
      ['processed', true],
      ['processed', false],
      ['dead-letter', false]
    ])
  })

  test('of a range that begins with a time begin an hour before it', async () => {
    const time = argumentsOf('--from', '1970-01-01T02:00:00Z')
    const outputs = await cluster().ranges.outputs(probe, settingsWith(), time)
    expect(shown(outputs)).toEqual(['out/0 4-20', 'second-out/0 0-0', 'probes-dlq/0 1-1'])
    expect(outputs.map(({ cut }) => cut)).toEqual([true, false, true])
  })

  test('go up to what was there, even if a transaction has to end before it can be read', async () => {
    const reader = new MemoryReader(logs)
    const settled = [
      [12, 0, 1],
      [19, 0, 1],
      [20, 0, 1]
    ]
    reader.stableEnds = async () => settled.shift()!
    const ranges = new VerifyRanges(new FakeAdmin() as unknown as AdminClient, reader)
    expect(shown(await ranges.outputs(probe, settingsWith(), argumentsOf()))[0]).toBe('out/0 0-20')
    expect(settled).toEqual([])
  })

  test('that do not exist are named', async () => {
    const refused = cluster().ranges.outputs(probe, settingsWith({ cleanedTopic: 'nowhere' }), argumentsOf())
    await expect(refused).rejects.toThrow('there is no topic "nowhere"')
  })

  test('are none of metrics and summaries', () => {
    const reports = { metricsTopic: 'metrics', summaryTopic: 'summaries' }
    const topics = [...outputKinds(probe, settingsWith(reports)).keys()]
    expect(topics).toEqual([...outputKinds(probe, settingsWith()).keys()])
  })

  test('that hold several outcomes in one topic are refused', () => {
    expect(() => outputKinds(probe, settingsWith({ dlqTopic: 'out' }))).toThrow('out is the topic of several outcomes')
    expect(outputKinds(probe, settingsWith({ outputTopicSecond: 'out' })).size).toBe(2)
  })
})

test('what was deleted since is named', async () => {
  const { admin, ranges } = cluster()
  const read = [
    { topic: 'in', partition: 0, from: 3 },
    { topic: 'out', partition: 0, from: 0 }
  ]
  expect(await ranges.deletedSince(read)).toEqual([])
  Object.assign(admin.begins, { 'in/0': 3, 'out/0': 1 })
  expect(await ranges.deletedSince(read)).toEqual(['out/0'])
})
