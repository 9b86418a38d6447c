import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { ask } from '../../src/control/client.ts'
import type { ProcessStatus } from '../../src/control/protocol.ts'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import { soundLogin } from '../corpus/bad-records.ts'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { type ConsumedRow, sourceHeader, sourceOf, type SourcePosition } from '../invariants/source.ts'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { brokers, describeOnKafka, type Environment, TestKafka, type TestTopics } from '../kafka/test-kafka.ts'
import { runProgram } from '../scripts/run-program.ts'
import { temporaryDir } from '../scripts/temporary-dir.ts'

const PROGRAM = resolve(import.meta.dirname, '../../bin/millrace')
const PARTITIONS = 3
const RECORDS = 3000
/** The flood: in one partition, from one offset to before another. */
const FLOODED = 1
const [FIRST, END] = [500, 2500]
const LIMIT = 200

const settings = { FUSE_CONSECUTIVE_RECORDS: String(LIMIT), MAX_IN_FLIGHT_RECORDS: '1024', SLAB_RECORDS: '64' }

describeOnKafka('a flood of dead letters', () => {
  let kafka: TestKafka
  let admin: ConfluentAdmin
  beforeAll(async () => {
    kafka = await TestKafka.connect()
    admin = new ConfluentAdmin({ 'bootstrap.servers': brokers })
    await admin.connect()
  })
  afterAll(async () => {
    await kafka.disconnect()
    await admin.disconnect()
  })

  test('is held before it is produced, in the group all the while, until `millrace resume`', async () => {
    const { topics, inputs } = await floodedTopics(kafka)
    const { processor, status, resume } = startIn(topics)
    await processor.until('it is held', async () => (await status())?.snapshot.state === 'held')
    await processor.until('what came before it has settled', async () => isSettled(await status()))

    const { snapshot } = (await status()) as ProcessStatus
    expect(snapshot.held).toMatchObject({ topic: topics.input, partition: FLOODED, firstOffset: FIRST, records: LIMIT })
    expect(processor.stdout).toContain(`a flood of dead letters in ${topics.input}/${FLOODED}, offsets ${FIRST} to `)
    expect(await kafka.count(topics.deadLetters)).toBeLessThan(LIMIT)
    expect(await admin.memberCount(topics.group)).toBe(1)
    const committed = await kafka.committedOffsets(topics.group, topics.input)
    expect(committed[FLOODED]).toBeLessThan(FIRST + LIMIT)
    expect(snapshot.lag).toBeGreaterThan(END - FIRST - LIMIT)

    await processor.until('all of it is committed', async () => {
      if ((await status())?.snapshot.state === 'held') expect(await resume()).toMatchObject({ code: 0 })
      const offsets = await kafka.committedOffsets(topics.group, topics.input)
      return offsets.every(offset => offset === RECORDS)
    })
    expect(await processor.stop()).toEqual({ code: 0, signal: null })
    expect(await kafka.count(topics.deadLetters)).toBe(END - FIRST)
    expectWhole(await rowsIn(kafka, topics), inputs)
  })

  test('and a stop: exit code 3 at once, and what had settled is not repeated', async () => {
    const { topics, inputs } = await floodedTopics(kafka)
    const { processor, status } = startIn(topics, { DRAIN_TIMEOUT_MS: '120000', STOP_GRACE_MS: '180000' })
    await processor.until('it is held', async () => (await status())?.snapshot.state === 'held')
    expect(await processor.stop()).toEqual({ code: 3, signal: null })
    expect(processor.stdout).toContain('what is held of these is abandoned and read again')
    expect(processor.stdout).not.toContain('the drain ran out of time')

    const next = startIn(topics, { FUSE_ACTION: 'off' }).processor
    await next.until('all of it is committed', async () => {
      const offsets = await kafka.committedOffsets(topics.group, topics.input)
      return offsets.every(offset => offset === RECORDS)
    })
    expect(await next.stop()).toEqual({ code: 0, signal: null })
    expectWhole(await rowsIn(kafka, topics), inputs)
  })

  test('ends the process with code 1 if that is what the fuse is to do', async () => {
    const { topics } = await floodedTopics(kafka)
    const { processor } = startIn(topics, { FUSE_ACTION: 'exit' })
    expect(await processor.ended()).toEqual({ code: 1, signal: null })
    expect(processor.stderr).toContain(`millrace run: a flood of dead letters in ${topics.input}/${FLOODED}, offsets `)
    expect(await kafka.count(topics.deadLetters)).toBeLessThan(LIMIT)
  })
})

async function floodedTopics(kafka: TestKafka): Promise<{ topics: TestTopics; inputs: SourcePosition[] }> {
  const topics = await kafka.createTopics({ partitions: PARTITIONS })
  const inputs = Array.from({ length: RECORDS * PARTITIONS }, (_, index) => {
    return { topic: topics.input, partition: index % PARTITIONS, offset: Math.floor(index / PARTITIONS) }
  })
  await kafka.write(topics.input, inputs.map(recordAt))
  return { topics, inputs }
}

function recordAt(source: SourcePosition) {
  const { partition, offset } = source
  const isBad = partition === FLOODED && offset >= FIRST && offset < END
  return { partition, key: null, value: isBad ? '{' : JSON.stringify(soundLogin), headers: [sourceHeader(source)] }
}

function startIn(topics: TestTopics, more: Environment = {}) {
  const path = join(temporaryDir(), 'control.sock')
  const environment = { ...topics.environment, LOG_LEVEL: 'info', CONTROL_SOCKET: path, ...settings, ...more }
  const processor = new ChildProcessor(environment)
  onTestFinished(() => processor.kill())
  /** Undefined until it answers. */
  const status = () => ask<ProcessStatus>(path, { request: 'status' }).catch(() => undefined)
  const { PATH, HOME } = process.env
  const resume = () => runProgram([PROGRAM, 'resume'], { PATH, HOME, CONTROL_SOCKET: path })
  return { processor, status, resume }
}

function isSettled(status: ProcessStatus | undefined): boolean {
  return status !== undefined && status.snapshot.inFlight === status.snapshot.held?.parkedRecords
}

async function rowsIn(kafka: TestKafka, topics: TestTopics): Promise<ConsumedRow[]> {
  const records = [...(await kafka.read(topics.processed)), ...(await kafka.read(topics.deadLetters))]
  return records.map(({ topic, partition, headers }) => ({ topic, partition, source: sourceOf(headers) }))
}

function expectWhole(rows: readonly ConsumedRow[], inputs: readonly SourcePosition[]): void {
  expectNoLoss(rows, inputs)
  expectOrder(rows)
  expectBoundedDuplicates(rows, 0)
}
