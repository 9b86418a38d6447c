import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { type CoreSettings, optionsFor } from '../../src/config/options.ts'
import { type RawSettings, settingsFromRaw } from '../../src/config/settings.ts'
import type { TopicPartition } from '../../src/kafka/ports.ts'
import { Processor, type Snapshot } from '../../src/processor.ts'
import { FakeCluster } from '../fake-kafka/cluster.ts'
import type { Member } from '../fake-kafka/group.ts'
import { createFakeTransport, type FakeTransport } from '../fake-kafka/transport.ts'
import probe from '../fixtures/probe-pipeline.ts'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { type ConsumedRow, sourceHeader, sourceOf, type SourcePosition } from '../invariants/source.ts'

const PROBE = fileURLToPath(new URL('../fixtures/probe-pipeline.ts', import.meta.url))
const MAIN_ONLY = fileURLToPath(new URL('../fixtures/main-only-pipeline.ts', import.meta.url))
const GROUP = 'millrace-probe'
const OUTPUTS = ['first-out', 'second-out', 'probes-dlq', 'probes-cleaned']

/** Small slabs, so that a few thousand records go round many times. */
const smallSlabs: RawSettings = {
  pipeline: PROBE,
  workers: '2',
  slabRecords: '64',
  slabBytes: '65536',
  maxInFlightRecords: '512',
  commitIntervalMs: '50',
  dlqTopic: 'probes-dlq',
  cleanedTopic: 'probes-cleaned'
}

/** A cluster with an input topic, and processors on it that are all closed at the end of the test. */
class Stage {
  readonly cluster = new FakeCluster()
  readonly inputs: SourcePosition[] = []
  readonly #partitions: number
  readonly #running: { processor: Processor; run: Promise<unknown> }[] = []

  constructor(partitions: number) {
    this.#partitions = partitions
    this.cluster.createTopic('probes', partitions)
    for (const topic of OUTPUTS) this.cluster.createTopic(topic, 4)
  }

  /** Puts records in, round the partitions; `valueOf` says what the record of a number is. */
  put(count: number, valueOf: (seq: number) => object | string = seq => ({ seq })): void {
    for (let seq = 0; seq < count; seq++) {
      const partition = seq % this.#partitions
      const source = { topic: 'probes', partition, offset: this.cluster.log({ topic: 'probes', partition }).end }
      const value = valueOf(seq)
      this.cluster.append('probes', partition, {
        timestampMs: 1_700_000_000_000,
        key: seq % 3 === 0 ? Buffer.from(`key-${seq % 50}`) : null,
        value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
        headers: [sourceHeader(source)]
      })
      this.inputs.push(source)
    }
  }

  start(raw: RawSettings = {}) {
    const all = { ...smallSlabs, ...raw }
    const told: string[] = []
    let transport!: FakeTransport
    const processor = new Processor({
      pipeline: probe,
      settings: settingsFromRaw(all, optionsFor(probe)) as CoreSettings,
      raw: all,
      log: pino({ base: null }, { write: line => void told.push((JSON.parse(line) as { msg: string }).msg) }),
      createTransport: (outputTopics, events) =>
        (transport = createFakeTransport(this.cluster, { group: GROUP, outputTopics, events }))
    })
    const run = processor.run()
    run.catch(() => undefined)
    this.#running.push({ processor, run })
    return { processor, run, consumer: transport.consumer, told }
  }

  /** Has the group give partitions to a member: at once, or when it joins. */
  move(partitions: readonly TopicPartition[], { consumer }: { readonly consumer: Member }): void {
    this.cluster.group(GROUP).moveTo(consumer, partitions)
  }

  /** Every row of every output topic, in the order of each partition. */
  rows(): ConsumedRow[] {
    return OUTPUTS.flatMap(topic =>
      Array.from({ length: this.cluster.partitionsOf(topic) }, (_, partition) =>
        this.cluster
          .log({ topic, partition })
          .records.map(({ headers }) => ({ topic, partition, source: sourceOf(headers) }))
      ).flat()
    )
  }

  /** The offset that the next owner of each partition would begin at. */
  committed(): number[] {
    return Array.from(
      { length: this.#partitions },
      (_, partition) => this.cluster.committed(GROUP, { topic: 'probes', partition })?.offset ?? 0
    )
  }

  ends(): number[] {
    return Array.from(
      { length: this.#partitions },
      (_, partition) => this.cluster.log({ topic: 'probes', partition }).end
    )
  }

  async close(): Promise<void> {
    this.cluster.releaseAcknowledgements()
    for (const { processor } of this.#running) processor.stop()
    await Promise.allSettled(this.#running.map(({ run }) => run))
  }
}

/** Looks at something until it is so; the test's own time-out ends what never comes. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(resolve => setTimeout(resolve, 2))
}

const settledOf = ({ tally }: Snapshot) => tally.processed + tally.filtered + tally.expired + tally.deadLetter
const partition = (partition: number): TopicPartition => ({ topic: 'probes', partition })

function expectBalanced(snapshot: Snapshot): void {
  expect(snapshot.consumed).toBe(settledOf(snapshot) + snapshot.abandoned + snapshot.inFlight)
}

const stages: Stage[] = []

function stageWith(partitions: number): Stage {
  const stage = new Stage(partitions)
  stages.push(stage)
  return stage
}

afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.close()
})

/** One in ten filtered, one in ten a dead letter, now and then a large one, the rest processed. */
function mixed(seq: number): object | string {
  if (seq % 10 === 3) return { seq, act: 'filter' }
  if (seq % 10 === 7) return '{"seq":'
  if (seq % 500 === 9) return { seq, act: 'long', note: '60000' }
  return { seq, act: 'emit', note: 'n'.repeat(seq % 90) }
}

describe('a processor', () => {
  test('accounts for each of 20,000 records once and in order, and a stop repeats nothing', async () => {
    const stage = stageWith(6)
    stage.put(20_000, mixed)
    const { processor, run } = stage.start()
    await until(() => settledOf(processor.snapshot()) === 20_000)
    processor.stop()
    expect(await run).toEqual({ drained: true })

    const rows = stage.rows()
    expectNoLoss(rows, stage.inputs)
    expectOrder(rows)
    expectBoundedDuplicates(rows, 0)
    const snapshot = processor.snapshot()
    expect(snapshot).toMatchObject({
      state: 'stopped',
      consumed: 20_000,
      tally: { processed: 16_000, filtered: 2000, expired: 0, deadLetter: 2000 },
      abandoned: 0,
      inFlight: 0,
      reasons: { 'not-json': 2000 },
      rules: { unwanted: 2000 }
    })
    expect(stage.committed()).toEqual(stage.ends())
  })

  test('stopped in the middle drains what it has, and the next one goes on where it ended', async () => {
    const stage = stageWith(4)
    stage.put(6000, mixed)
    const first = stage.start()
    await until(() => settledOf(first.processor.snapshot()) > 1000)
    first.processor.stop()
    expect(await first.run).toEqual({ drained: true })
    const { consumed, inFlight, abandoned } = first.processor.snapshot()
    expect([inFlight, abandoned, consumed < 6000]).toEqual([0, 0, true])

    const second = stage.start()
    await until(() => settledOf(second.processor.snapshot()) === 6000 - consumed)
    second.processor.stop()
    await second.run
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('lag becomes 0 behind the last offset, be it a marker', async () => {
    const stage = stageWith(1)
    stage.put(10)
    stage.cluster.log({ topic: 'probes', partition: 0 }).skip(3)
    const { processor } = stage.start()
    await until(() => settledOf(processor.snapshot()) === 10 && processor.snapshot().lag === 0)
    await until(() => stage.committed()[0] === 13)
  })

  test('balances at every moment', async () => {
    const stage = stageWith(3)
    stage.put(3000, mixed)
    const { processor } = stage.start()
    await until(() => {
      expectBalanced(processor.snapshot())
      return settledOf(processor.snapshot()) === 3000
    })
  })
})

describe('a rebalance in mid-flight', () => {
  test('moves partitions away and back: nothing is lost, repeated or out of order', async () => {
    const stage = stageWith(4)
    stage.put(2000, mixed)
    const one = stage.start()
    await until(() => settledOf(one.processor.snapshot()) > 500)
    // So that the first can't be done before the second has started.
    stage.cluster.holdAcknowledgements()
    stage.put(6000, mixed)
    const moving = [partition(0), partition(1)]
    const other = stage.start()
    stage.move(moving, other)
    await until(() => one.told.includes('partitions revoked: draining them'))
    stage.cluster.releaseAcknowledgements()
    await until(() => other.processor.snapshot().partitions === 2)
    await until(() => settledOf(other.processor.snapshot()) > 300)
    stage.move(moving, one)
    await until(() => one.processor.snapshot().partitions === 4)
    stage.put(2000, mixed)
    await until(() => settledOf(one.processor.snapshot()) + settledOf(other.processor.snapshot()) === 10_000)

    for (const { processor } of [one, other]) expectBalanced(processor.snapshot())
    expect(one.processor.snapshot().abandoned + other.processor.snapshot().abandoned).toBe(0)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('that finds no free slab is heard all the same, and answered once what is in flight has drained', async () => {
    const stage = stageWith(2)
    stage.put(4000)
    stage.cluster.holdAcknowledgements()
    const one = stage.start()
    await until(() => one.processor.snapshot().inFlight === 512)
    const other = stage.start()
    stage.move([partition(0)], other)
    await until(() => one.told.includes('partitions revoked: draining them'))
    expect(one.processor.snapshot()).toMatchObject({ inFlight: 512, partitions: 2 })
    stage.cluster.releaseAcknowledgements()
    await until(() => other.processor.snapshot().partitions === 1)
    await until(() => settledOf(one.processor.snapshot()) + settledOf(other.processor.snapshot()) === 4000)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('whose drain runs out of time gives the partition back, and abandons what is in flight', async () => {
    const stage = stageWith(2)
    stage.put(2000)
    stage.cluster.holdAcknowledgements()
    const one = stage.start({ drainTimeoutMs: '100' })
    await until(() => one.processor.snapshot().inFlight === 512)
    const other = stage.start()
    stage.move([partition(0)], other)
    await until(() => other.processor.snapshot().partitions === 1)
    const { abandoned } = one.processor.snapshot()
    expect(abandoned).toBeGreaterThan(0)
    expectBalanced(one.processor.snapshot())
    stage.cluster.releaseAcknowledgements()
    await until(() => settledOf(one.processor.snapshot()) + settledOf(other.processor.snapshot()) === 2000)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows(), { replays: 1 })
    expectBoundedDuplicates(stage.rows(), abandoned)
  })

  test('in which everything is lost commits nothing of it, and reads it again', async () => {
    const stage = stageWith(2)
    stage.put(2000)
    const { processor, consumer } = stage.start()
    await until(() => settledOf(processor.snapshot()) > 300)
    consumer.expire()
    await until(() => stage.committed().join() === stage.ends().join())
    const snapshot = processor.snapshot()
    expectBalanced(snapshot)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows(), { replays: 1 })
    expectBoundedDuplicates(stage.rows(), snapshot.consumed - 2000)
  })
})

describe('a worker that dies', () => {
  test('costs nothing: its records run again', async () => {
    const stage = stageWith(3)
    const marker = join(mkdtempSync(join(tmpdir(), 'millrace-died-')), 'marker')
    stage.put(3000, seq => (seq === 1501 ? { seq, act: 'die once', note: marker } : { seq }))
    const { processor, run } = stage.start()
    await until(() => settledOf(processor.snapshot()) === 3000)
    processor.stop()
    expect(await run).toEqual({ drained: true })
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('three times on the same record ends the processor, which names the place', async () => {
    const stage = stageWith(1)
    stage.put(100, seq => (seq === 42 ? { seq, act: 'die' } : { seq }))
    const { run, processor } = stage.start()
    await expect(run).rejects.toThrow('worker threads died 3 times on the same records at probes/0 offset 42')
    expect(processor.state).toBe('failed')
    expect(stage.committed()).toEqual([0])
  })
})

describe('a slow broker', () => {
  test('holds the pipeline: no more is in flight than may be, and all of it settles in the end', async () => {
    const stage = stageWith(3)
    stage.put(3000)
    stage.cluster.queueRows = 100
    stage.cluster.holdAcknowledgements()
    const { processor } = stage.start()
    await until(() => processor.snapshot().inFlight === 512)
    expect(processor.snapshot()).toMatchObject({ consumed: 512, tally: { processed: 0 } })
    stage.cluster.releaseAcknowledgements()
    await until(() => settledOf(processor.snapshot()) === 3000)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('that keeps a stop from draining: it ends at the deadline and says so', async () => {
    const stage = stageWith(2)
    stage.put(1000)
    stage.cluster.holdAcknowledgements()
    const { processor, run } = stage.start({ drainTimeoutMs: '100' })
    await until(() => processor.snapshot().inFlight === 512)
    processor.stop()
    expect(await run).toEqual({ drained: false })
    expect(processor.snapshot()).toMatchObject({ state: 'stopped', inFlight: 0, abandoned: 512, consumed: 512 })
    expect(stage.committed()).toEqual([0, 0])
  })
})

describe('a stop that a slow record keeps from draining', () => {
  test('ends at the deadline, and takes the threads that it ends itself for no accident', async () => {
    const stage = stageWith(1)
    stage.put(1, seq => ({ seq, act: 'spin', note: '60000' }))
    const { processor, run, told } = stage.start({ drainTimeoutMs: '100' })
    await until(() => processor.snapshot().inFlight === 1)
    processor.stop()
    expect(await run).toEqual({ drained: false })
    expect(told).toContain(
      'the drain ran out of time: what is in flight is abandoned and read again (DRAIN_TIMEOUT_MS)'
    )
    expect(told).not.toContain('a worker thread died; its records run again on another')
  })
})

describe('what can not go on', () => {
  test('worker threads that do not start', async () => {
    const stage = stageWith(1)
    stage.put(10)
    const { run } = stage.start({ pipeline: MAIN_ONLY })
    await expect(run).rejects.toThrow('a worker thread could not start: this pipeline loads in the main thread only')
  })

  test('an output that the brokers refuse', async () => {
    const stage = stageWith(1)
    stage.put(100)
    stage.cluster.refuse = ({ topic }) => (topic === 'first-out' ? { code: 10, message: 'too large' } : undefined)
    const { run, processor } = stage.start()
    await expect(run).rejects.toThrow('the brokers refused output of probes/0: too large (code 10)')
    expect([processor.state, stage.committed()]).toEqual(['failed', [0]])
  })

  test('a consumer that has failed for good', async () => {
    const stage = stageWith(1)
    const { run, processor, consumer } = stage.start()
    await until(() => processor.state === 'running')
    consumer.fail(-150, 'fenced')
    await expect(run).rejects.toThrow('the consumer failed: fenced (code -150)')
  })

  test('a broker that is not there', async () => {
    const stage = stageWith(1)
    stage.cluster.down = 'connection refused'
    const { run, processor } = stage.start()
    await expect(run).rejects.toThrow('connection refused')
    expect(processor.state).toBe('failed')
  })
})

describe('a stop', () => {
  test('before it has started ends it without joining the group', async () => {
    const stage = stageWith(1)
    stage.put(10)
    const { run, processor, consumer } = stage.start()
    processor.stop()
    expect(await run).toEqual({ drained: true })
    expect([processor.state, consumer.subscription, processor.snapshot().consumed]).toEqual(['stopped', [], 0])
  })

  test('with no partition ends at once', async () => {
    const stage = stageWith(1)
    const { run, processor } = stage.start({ inputTopic: 'none-of-these' })
    await until(() => processor.state === 'running')
    processor.stop()
    expect(await run).toEqual({ drained: true })
  })

  test('twice is one stop', async () => {
    const stage = stageWith(1)
    stage.put(100)
    const { run, processor } = stage.start()
    await until(() => settledOf(processor.snapshot()) === 100)
    processor.stop()
    processor.stop()
    expect(await run).toEqual({ drained: true })
  })
})
