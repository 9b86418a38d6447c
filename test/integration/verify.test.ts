import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AdminClient } from '../../src/kafka/confluent/client.ts'
import type { Snapshot } from '../../src/telemetry/snapshot.ts'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { settle } from '../kafka/running-processor.ts'
import { writeSamples } from '../kafka/samples.ts'
import { slowPace } from '../kafka/slow-pace.ts'
import {
  brokers,
  describeOnKafka,
  TestKafka,
  uniqueName,
  type Environment,
  type TestTopics
} from '../kafka/test-kafka.ts'
import { TopicWriter } from '../kafka/topic-writer.ts'
import { until } from '../kafka/until.ts'
import { damageOutputs, type Place } from './damaged-outputs.ts'
import { login } from './user-login-cases.ts'
import { millraceVerify, none, NOTHING, verified, verifiedInParts } from './verify-command.ts'

const SAMPLES = 3000
const KILLED_SAMPLES = 20_000
const settings = { PROVENANCE_HEADERS: 'on', ACCEPTED_APP_VERSIONS: '2.3.0', DROPPED_LOCALES: 'NE' }

describeOnKafka('millrace verify', () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  describe('after samples have been processed', () => {
    let topics: TestTopics
    let environment: Environment
    let snapshot: Snapshot
    beforeAll(async () => {
      topics = await kafka.createTopics({ partitions: 3 }, { partitions: 2 })
      environment = { ...topics.environment, ...settings }
      await writeSamples(topics.input, SAMPLES)
      snapshot = await settle(environment, SAMPLES)
    })

    test('finds nothing, and counts what the processor has counted', async () => {
      const result = await verified(environment)
      expect(result).toMatchObject({
        ...NOTHING,
        code: 0,
        verdict: 'clean',
        records: SAMPLES,
        rows: SAMPLES,
        notes: []
      })
      expect(result.outcomes).toEqual(snapshot.tally)
      expect(result.inputs.map(({ to }) => to)).toEqual(await kafka.endOffsets(topics.input))
      expect(Math.min(...Object.values(result.outcomes).filter(count => count > 0))).toBeGreaterThan(10)
    })

    test('looks at the part that it is asked for', async () => {
      const result = await verified(environment, '--partition', '1', '--from', '100', '--to', '300')
      expect(result).toMatchObject({ ...NOTHING, code: 0, records: 200 })
      expect(result.inputs).toEqual([{ topic: topics.input, partition: 1, from: 100, to: 300 }])
      expect((await verified(environment, '--from', '1h')).records).toBe(SAMPLES)
    })

    test('tells what a second group has written once more, and lets it pass if it is told to', async () => {
      const again = await kafka.createTopics({ partitions: 1 }, { partitions: 2 })
      await kafka.write(
        again.input,
        Array.from({ length: 50 }, (_, number) => ({ key: `${number % 7}`, value: login() }))
      )
      const first = { ...again.environment, ...settings }
      await settle(first, 50)
      await settle({ ...first, GROUP_ID: uniqueName('other') }, 50)
      const twice = { records: 50, at: [{ topic: again.input, partition: 0, first: 0, last: 49 }] }
      expect(await verified(first)).toMatchObject({ code: 1, disordered: { records: 0 }, duplicated: twice })
      expect(await verified(first, '--allow-duplicates')).toMatchObject({
        code: 0,
        verdict: 'clean',
        duplicated: twice
      })
    })

    test('finds each damage by its place, and nothing else', async () => {
      const { damage, doctored } = await damageOutputs(kafka, topics)
      const result = await verified({ ...environment, ...doctored })
      const at = ({ partition, offset }: Place, detail?: string) => ({
        records: 1,
        at: [{ topic: topics.input, partition, first: offset, last: offset, ...(detail && { detail }) }]
      })
      expect(result).toMatchObject({
        code: 1,
        verdict: 'findings',
        lost: at(damage.removed),
        incomplete: none,
        duplicated: at(damage.repeated),
        differing: at(damage.both, 'processed and dead-letter'),
        disordered: {
          records: 1,
          at: [{ topic: topics.input, ...damage.late, row: 1, after: damage.overtaking.offset }]
        }
      })
      const { processed, filtered, expired, deadLetter } = result.outcomes
      expect(processed + filtered + expired + deadLetter).toBe(SAMPLES - 2)
    })

    test('tells people in 80 columns, and nobody what is in a record', async () => {
      const { damage, doctored } = await damageOutputs(kafka, topics)
      const { code, stdout, stderr } = await millraceVerify({ ...environment, ...doctored })
      expect(code).toBe(1)
      expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
      const text = stdout.replaceAll(/\n {2}(?! )/g, ' ')
      expect(text).toContain(
        `✘ 1 record lost\n    ${topics.input}/${damage.removed.partition} offset ${damage.removed.offset}\n`
      )
      expect(text).toContain(`offset ${damage.both.offset}: processed and dead-letter`)
      expect(text).toMatch(/out of order\n.* comes after \d+: /)
      for (const content of ['android', 'user_id', '2.3.0']) expect(stdout + stderr).not.toContain(content)
    })

    test('finds the same where it looks at a few offsets at a time', async () => {
      const { doctored } = await damageOutputs(kafka, topics)
      const { verdict, passes } = await verifiedInParts({ ...environment, ...doctored }, SAMPLES / 10)
      expect(passes).toBeGreaterThan(9)
      const { lost, incomplete, duplicated, differing, lateRecords, records } = verdict
      const found = [lost, incomplete, duplicated, differing].map(findings => findings.records)
      expect([...found, lateRecords, records]).toEqual([1, 0, 1, 1, 1, SAMPLES])
    })

    test('that is stopped before its end says so, and nothing else', async () => {
      const stopped = (callback: () => void) => callback()
      const { code, stdout, stderr } = await millraceVerify(environment, [], stopped)
      expect([code, stdout, stderr]).toEqual([3, '', expect.stringContaining('it was stopped before its end')])
    })

    test('refuses a group without commits and a topic that is not read', async () => {
      const nobody = await millraceVerify(environment, ['--group', uniqueName('nobody')])
      expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('has committed nothing')])
      const other = await millraceVerify(environment, ['--topic', 'others'])
      expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('does not read topic "others"')])
      expect((await millraceVerify(environment, ['--form', '0'])).code).toBe(2)
    })
  })

  test.for([
    ['at-least-once', {}, ['--allow-duplicates']],
    ['exactly-once', { TRANSACTION_MS: '100', TRANSACTION_TIMEOUT_MS: '6000' }, []]
  ] as const)('a processor that was killed: %s', async ([delivery, more, args], { onTestFinished }) => {
    const topics = await kafka.createTopics({ partitions: 3 })
    const environment = { ...topics.environment, ...settings, ...more, DELIVERY: delivery }
    await writeSamples(topics.input, KILLED_SAMPLES)
    const first = new ChildProcessor({ ...environment, ...slowPace(100) })
    onTestFinished(() => first.kill())
    await first.until('a part is done', async () => (await kafka.count(topics.processed)) > KILLED_SAMPLES / 3)
    first.signal('SIGKILL')
    await first.ended()
    const second = new ChildProcessor(environment)
    onTestFinished(() => second.kill())
    const ends = await kafka.endOffsets(topics.input)
    await second.until('the rest is committed', async () => {
      const committed = await kafka.committedOffsets(topics.group, topics.input)
      return committed.every((offset, partition) => offset === ends[partition])
    })
    await second.stop()
    const result = await verified(environment, ...args)
    expect(result).toMatchObject({
      code: 0,
      verdict: 'clean',
      records: KILLED_SAMPLES,
      disordered: { records: 0 },
      notes: []
    })
    if (delivery === 'exactly-once') expect(result).toMatchObject(NOTHING)
  })

  test('without CLEANED_TOPIC what was left out is no loss: the pipeline is asked again', async () => {
    const topics = await kafka.createTopics({ partitions: 2 })
    const environment = { ...topics.environment, ...settings, CLEANED_TOPIC: '', MAX_RECORD_AGE_MS: '3600000' }
    const timestampMs = Date.now() - 2 * 3_600_000
    const records = Array.from({ length: 300 }, (_, number) => ({
      partition: number % 2,
      value: number % 3 === 0 ? login({ locale: 'NE' }) : login(),
      ...(number % 5 === 0 && { timestampMs })
    }))
    await kafka.write(topics.input, records)
    const { tally } = await settle(environment, records.length)
    const result = await verified(environment)
    expect(result).toMatchObject({ ...NOTHING, code: 0, records: 300, outcomes: tally })
    expect(result.traceless).toEqual({ processed: 0, filtered: 80, expired: 60, deadLetter: 0 })

    // With a cleaned topic they would have to be there.
    const expecting = await verified({ ...environment, CLEANED_TOPIC: topics.cleaned })
    expect(expecting).toMatchObject({ code: 1, lost: { records: 140 } })
  })

  test('can not say anything where rows do not say where they come from', async () => {
    const topics = await kafka.createTopics()
    await kafka.write(topics.input, [{ value: login() }])
    await settle(topics.environment, 1)
    const { code, stderr } = await millraceVerify(topics.environment)
    expect([code, stderr]).toEqual([2, expect.stringContaining('PROVENANCE_HEADERS=on')])
  })

  test('gaps in the input are no loss: aborted records and the ends of transactions', async () => {
    const topics = await kafka.createTopics()
    const environment = { ...topics.environment, ...settings }
    const writer = await TopicWriter.connect(brokers, { transactionalId: uniqueName('test') })
    const two = [{ value: login() }, { value: login() }]
    await writer.transaction('commit', topics.input, two)
    await writer.transaction('abort', topics.input, two)
    await writer.transaction('commit', topics.input, two)
    await writer.disconnect()
    await until('the markers are there', async () => (await kafka.count(topics.input)) === 9)
    await settle(environment, 4)
    expect(await verified(environment)).toMatchObject({ ...NOTHING, code: 0, records: 4 })
  })

  test('refuses a range whose records have been deleted, and judges what retention has left', async () => {
    const topics = await kafka.createTopics()
    const environment = { ...topics.environment, ...settings }
    await kafka.write(
      topics.input,
      Array.from({ length: 100 }, () => ({ value: login() }))
    )
    await settle(environment, 100)
    await deleteBefore(topics.processed, 40)
    const cut = await verified(environment)
    expect(cut).toMatchObject({ code: 2, verdict: 'unsure', lost: none })
    expect(cut.unsure.at).toEqual([{ topic: topics.input, partition: 0, first: 0, last: 39 }])
    expect(cut.notes).toContain(`${topics.input}/0: everything can be judged from offset 40 on`)
    expect(await verified(environment, '--from', '40')).toMatchObject({ ...NOTHING, code: 0, records: 60 })

    await deleteBefore(topics.input, 70)
    const { code, stderr } = await millraceVerify(environment, ['--from', '40'])
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${topics.input}/0 begins at 70`)])
    expect(await verified(environment)).toMatchObject({ ...NOTHING, code: 0, records: 30 })
  })
})

async function deleteBefore(topic: string, offset: number): Promise<void> {
  const admin = AdminClient.create({ 'bootstrap.servers': brokers })
  try {
    await new Promise<void>((resolve, reject) => {
      admin.deleteRecords([{ topic, partition: 0, offset }], {}, error => (error ? reject(error) : resolve()))
    })
  } finally {
    admin.disconnect()
  }
}
