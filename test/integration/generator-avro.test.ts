import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectedOutcome } from '../../pipelines/user-login/sample-outcome.ts'
import { createSampleGenerator, sampleKinds } from '../../pipelines/user-login/samples.ts'
import { millrace } from '../kafka/millrace-command.ts'
import { settle } from '../kafka/running-processor.ts'
import { TestKafka } from '../kafka/test-kafka.ts'
import { describeOnRegistry, TestRegistry } from '../kafka/test-registry.ts'
import { headerOf } from '../kafka/topic-reader.ts'

const SAMPLES = 3000

describeOnRegistry('samples in Avro', () => {
  let kafka: TestKafka
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await TestRegistry.start()
    kafka = await TestKafka.connect()
  }, 180_000)
  afterAll(async () => {
    await kafka.disconnect()
    await registry.stop()
  })

  test('of every kind have the outcome that is foreseen, and come by themselves where the input is Avro', async () => {
    const topics = await kafka.createTopics()
    const environment = { ...topics.environment, ...registry.environment, INPUT_CODEC: 'avro' }
    expect((await millrace(['schema', 'register'], environment)).code).toBe(0)
    const kinds = sampleKinds.filter(kind => kind !== 'good')
    const shares = Object.fromEntries(kinds.map(kind => [kind, 0.03]))
    const pairs = kinds.map(kind => `${kind}=0.03`).join(',')
    const settings = {
      SAMPLES: String(SAMPLES),
      SEED: '4',
      SAMPLE_SHARES: pairs,
      SAMPLE_TIMESTAMPS: 'seconds,milliseconds,iso'
    }
    expect(await millrace(['generate'], { ...environment, ...settings })).toMatchObject({ code: 0, stderr: '' })

    const { tally, reasons } = await settle(environment, SAMPLES)
    const timestamps = ['seconds', 'milliseconds', 'iso'] as const
    const samples = createSampleGenerator({ seed: 4, shares, timestamps })
    const expected = (await kafka.read(topics.input)).map(record =>
      expectedOutcome(samples.at(Number(headerOf(record, 'sample'))), {
        acceptedAppVersions: { has: () => true },
        droppedLocales: [],
        invalidIp: 'dead-letter',
        tombstones: 'dead-letter',
        sampleCodec: 'avro'
      })
    )
    const count = (outcome: string) => expected.filter(each => each.outcome === outcome).length
    expect(tally).toEqual({ processed: count('processed'), filtered: 0, expired: 0, deadLetter: count('dead-letter') })
    const dead = Map.groupBy(
      expected.filter(({ outcome }) => outcome === 'dead-letter'),
      ({ why }) => why
    )
    expect(reasons).toEqual(Object.fromEntries([...dead].map(([why, of]) => [why, of.length])))
  })

  test('need a schema that is registered, and say how to do that', async () => {
    const topics = await kafka.createTopics()
    const environment = { ...topics.environment, ...registry.environment, SAMPLE_CODEC: 'avro' }
    const { code, stderr } = await millrace(['generate'], environment)
    expect(stderr).toContain(`not registered under subject ${topics.input}-value: run \`millrace schema register\``)
    expect(code).toBe(1)
  })
})
