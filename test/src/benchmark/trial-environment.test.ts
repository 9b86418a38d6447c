import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import pipeline from '../../../pipelines/user-login/pipeline.ts'
import { refusalOf, topicsWritten, trialEnvironment } from '../../../src/benchmark/trial-environment.ts'
import type { Environment } from '../../../src/config/environment.ts'
import { topicsRead } from '../../../src/config/inputs.ts'
import { readEnvironment } from '../../../src/config/read-environment.ts'

const place = { input: 'bench-in', group: 'bench-group', outputFor: (topic: string) => `bench-${topic}` }

async function trialOf(environment: Environment) {
  const read = await readEnvironment(environment)
  const trial = trialEnvironment(environment, read, place)
  return { trial, settings: (await readEnvironment(trial)).settings }
}

describe('a trial', () => {
  test('whatever is set, it reads and writes no topic of the user, and is in no group of the user', async () => {
    const topic = (name: string) => fc.option(fc.constant(`user-${name}`), { nil: undefined })
    const environments = fc.record({
      INPUT_TOPIC: fc.constantFrom('user-in', 'user-in,user-more', '^user-.*-in$'),
      OUTPUT_TOPIC: topic('out'),
      DLQ_TOPIC: topic('dlq'),
      CLEANED_TOPIC: topic('cleaned'),
      METRICS_TOPIC: topic('metrics'),
      SUMMARY_TOPIC: topic('summary'),
      REDRIVE_TOPIC: topic('redrive'),
      GROUP_ID: topic('group'),
      GROUP_INSTANCE_ID: topic('member'),
      INSTANCE_ID: topic('instance'),
      DELIVERY: fc.constantFrom('at-least-once', 'exactly-once'),
      PRESET: fc.constantFrom(undefined, 'audit', 'schema', 'enrich')
    })
    await fc.assert(
      fc.asyncProperty(environments, async environment => {
        const { settings } = await trialOf(environment)
        const touched = [...topicsRead(settings), ...topicsWritten(pipeline, settings), settings.groupId]
        expect(touched.filter(name => !name.startsWith('bench-'))).toEqual([])
        expect([settings.groupInstanceId, settings.instanceId, settings.redriveTopic]).toEqual([
          undefined,
          undefined,
          undefined
        ])
      }),
      { numRuns: 50 }
    )
  })

  test('does just what the user’s settings ask for, those of a preset too', async () => {
    const environment = { PRESET: 'audit', LINGER_MS: '7', CLEANED_TOPIC: 'cleaned' }
    const [before, { settings }] = [(await readEnvironment(environment)).settings, await trialOf(environment)]
    const differing = Object.entries(settings).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof typeof before])
    )
    const meant = ['inputTopic', 'groupId', 'outputTopic', 'dlqTopic', 'cleanedTopic', 'summaryTopic', 'metricsTopic']
    const alone = ['preset', 'controlSocket', 'fuseAction', 'logLevel']
    expect(differing.map(([name]) => name).filter(name => ![...meant, ...alone].includes(name))).toEqual([])
    expect(settings.lingerMs).toBe(7)
  })

  test('finds the schema of the output under the user’s topic, not under its own', async () => {
    const avro = { OUTPUT_CODEC: 'avro', SCHEMA_REGISTRY_URL: 'http://localhost:1', OUTPUT_TOPIC: 'out' }
    expect((await trialOf(avro)).trial.OUTPUT_SUBJECT).toBe('out-value')
    expect((await trialOf({ ...avro, OUTPUT_SUBJECT: 'own' })).trial.OUTPUT_SUBJECT).toBe('own')
  })
})

test('several outputs in Avro are refused, and it is said why and what can be done', () => {
  const { processed } = pipeline.outputs
  const several = { ...pipeline, outputs: { processed, second: processed } }
  expect(refusalOf(several, { outputCodec: 'avro' })).toContain('OUTPUT_CODEC=json can')
  expect(refusalOf(several, { outputCodec: 'json' })).toBeUndefined()
  expect(refusalOf(pipeline, { outputCodec: 'avro' })).toBeUndefined()
})
