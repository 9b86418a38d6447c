import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { RunningProcessor } from '../kafka/running-processor.ts'
import { traceSamples, writeSamples } from '../kafka/samples.ts'
import { slowPace } from '../kafka/slow-pace.ts'
import { describeOnKafka, TestKafka } from '../kafka/test-kafka.ts'

const RECORDS = 80_000
const PARTITIONS = 6

const protocols = [
  ['cooperative', {}],
  ['eager', { ASSIGNMENT_STRATEGY: 'range' }],
  ['KIP-848', { GROUP_PROTOCOL: 'consumer' }],
  ['exactly-once', { DELIVERY: 'exactly-once', TRANSACTION_MS: '100' }]
] as const

// Side by side, as they mostly wait for a slow worker or for the group.
describeOnKafka('two processors in one group', { concurrent: true }, () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test.for(protocols)('%s: one joins and leaves in mid-flight: nothing is lost or repeated', async ([, protocol]) => {
    const topics = await kafka.createTopics({ partitions: PARTITIONS })
    await writeSamples(topics.input, RECORDS)
    const settings = { ...topics.environment, ...slowPace(100), ...protocol }
    const staying = await RunningProcessor.start(settings)
    await staying.untilSettled(RECORDS / 10)

    const visiting = await RunningProcessor.start(settings)
    await visiting.until('the second one has its share', ({ snapshot }) => snapshot.partitions === PARTITIONS / 2)
    await visiting.untilSettled(1000)
    expect(staying.snapshot.partitions).toBe(PARTITIONS / 2)
    expect(staying.settled + visiting.settled).toBeLessThan(RECORDS)
    expect(await visiting.stop()).toEqual({ drained: true })
    expect(staying.settled + visiting.settled).toBeLessThan(RECORDS)

    await staying.until('all is settled', () => staying.settled + visiting.settled === RECORDS)
    expect(staying.snapshot.partitions).toBe(PARTITIONS)
    expect(await staying.stop()).toEqual({ drained: true })
    // A transaction whose offsets come between two generations of the group is aborted, which no reader sees.
    if (!('DELIVERY' in protocol)) expect(staying.snapshot.abandoned + visiting.snapshot.abandoned).toBe(0)
    expect(await kafka.committedOffsets(topics.group, topics.input)).toEqual(await kafka.endOffsets(topics.input))

    const outputs = [...(await kafka.read(topics.processed)), ...(await kafka.read(topics.deadLetters))]
    const { inputs, rows } = traceSamples(await kafka.read(topics.input), outputs)
    expectNoLoss(rows, inputs)
    expectBoundedDuplicates(rows, 0)
    expectOrder(rows)
  })
})
