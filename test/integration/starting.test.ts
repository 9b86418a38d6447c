import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import { anyFreePort } from '../../scripts/broker/ports.ts'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { describeOnKafka, TestKafka, uniqueName, type Environment } from '../kafka/test-kafka.ts'

const CONNECT_AT_MOST_MS = 40_000

describeOnKafka('a processor that can not start', { concurrent: true }, () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test('mistakes in the settings: all of them in one message, and exit code 2', async context => {
    const { environment } = await kafka.createTopics()
    const processor = start(context, { ...environment, WORKERS: 'many', DLQ_TOPICC: 'x', IP_MASKING: 'hash' })
    expect(await processor.ended()).toEqual({ code: 2, signal: null })
    expect(processor.stderr.trimEnd().split('\n')).toEqual([
      'millrace run: The settings hold 3 mistakes; nothing was started.',
      expect.stringMatching(/DLQ_TOPICC.*DLQ_TOPIC/),
      expect.stringContaining('WORKERS'),
      expect.stringContaining('PII_HASH_KEY')
    ])
    expect(processor.stdout).toBe('')
  })

  test('an output topic that does not exist: its name and the cure, and exit code 1', async context => {
    const { environment } = await kafka.createTopics()
    const missing = uniqueName('missing')
    const processor = start(context, { ...environment, DLQ_TOPIC: missing })
    expect(await processor.ended()).toEqual({ code: 1, signal: null })
    expect(processor.stderr).toBe(`millrace run: no such output topic: "${missing}"; create it first\n`)
  })

  test('no broker there: why, and exit code 1, after half a minute', async context => {
    const startMs = performance.now()
    const processor = start(context, await nobodyThere())
    expect(await processor.ended()).toEqual({ code: 1, signal: null })
    expect(performance.now() - startMs).toBeLessThan(CONNECT_AT_MOST_MS)
    expect(processor.stderr).toMatch(/^millrace run: the producer can't connect: .*Connection refused/)
  })

  test('SIGTERM while it looks for a broker: exit code 0, at once', async context => {
    const processor = start(context, await nobodyThere())
    await processor.untilPrinted('PII_HASH_KEY')
    expect(await processor.stop()).toEqual({ code: 0, signal: null })
  })
})

function start({ onTestFinished }: TestContext, environment: Environment): ChildProcessor {
  const processor = new ChildProcessor({ ...environment, LOG_LEVEL: 'info' })
  onTestFinished(() => processor.kill())
  return processor
}

async function nobodyThere(): Promise<Environment> {
  return { BROKERS: `127.0.0.1:${await anyFreePort()}` }
}
