import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import { millrace } from '../kafka/millrace-command.ts'
import { until } from '../kafka/until.ts'
import { brokers, describeOnKafka, TestKafka, uniqueName, type Environment } from '../kafka/test-kafka.ts'

/** Topics that do not exist yet. */
function pipelineTopics(): Environment {
  const input = uniqueName('user-login')
  return {
    BROKERS: brokers,
    INPUT_TOPIC: input,
    OUTPUT_TOPIC: `${input}-processed`,
    DLQ_TOPIC: `${input}-dlq`,
    CLEANED_TOPIC: `${input}-cleaned`,
    METRICS_TOPIC: `${input}-metrics`
  }
}

const topics = (environment: Environment, ...args: string[]) => millrace(['topics', ...args], environment)

describeOnKafka('millrace topics', { concurrent: true }, () => {
  let kafka: TestKafka
  const admin = new ConfluentAdmin({ 'bootstrap.servers': brokers })
  beforeAll(async () => {
    kafka = await TestKafka.connect()
    await admin.connect()
  })
  afterAll(() => Promise.all([kafka.disconnect(), admin.disconnect()]))

  const partitionsOf = async (topic: string) => (await admin.partitionCounts()).get(topic)

  test('create creates what is missing, once, so that nothing is unsafe', async () => {
    const environment = pipelineTopics()
    const before = await topics(environment, 'check')
    expect(before.code).toBe(1)
    expect(before.stdout).toContain('✖ unsafe: missing')
    expect(before.stdout).toContain('✖ 5 things are unsafe')

    const dryRun = await topics(environment, 'create', '--dry-run')
    expect(dryRun.stdout.match(/^would create /gm)).toHaveLength(5)
    expect((await topics(environment, 'check')).code).toBe(1)

    const created = await topics(environment, 'create', '--partitions', '3')
    expect(created).toMatchObject({ code: 0, stderr: '' })
    expect(created.stdout.match(/^✔ created .*: 3 partitions, replication 1,/gm)).toHaveLength(5)
    const check = await topics(environment, 'check')
    expect(check.stdout).toMatch(/✔ nothing unsafe\n$/)
    expect(check).toMatchObject({ code: 0, stderr: '' })

    const again = await topics(environment, 'create')
    expect(again.code).toBe(0)
    expect(again.stdout).not.toContain('✔ created')
    expect(again.stdout).toContain('5 of 5 topics are there already')
  })

  test('describe says what there is', async () => {
    const environment = pipelineTopics()
    await topics(environment, 'create', '--partitions', '2')
    const { code, stdout } = await topics(environment)
    expect(code).toBe(0)
    const line = (topic: string, ...cells: string[]) => new RegExp(`^ *${[topic, ...cells].join(' +')}$`, 'm')
    expect(stdout).toMatch(line(environment.INPUT_TOPIC, 'input', '2', '1', 'all', '1'))
    expect(stdout).toMatch(line(environment.METRICS_TOPIC, 'metrics', '2', '1', 'all', '1'))
    expect(stdout).toMatch(line(environment.DLQ_TOPIC, 'delete', '30 days', '4,259,840', 'CreateTime', '1 hour'))
    expect((await topics(environment, 'describe')).stdout).toBe(stdout)
  })

  test('check finds what is unsafe, and its exit code says so', async () => {
    const environment = pipelineTopics()
    await topics(environment, 'create', '--partitions', '1')
    const dead = await kafka.createTopic(uniqueName('dead'), { config: { 'cleanup.policy': 'compact' } })
    const { code, stdout } = await topics({ ...environment, DLQ_TOPIC: dead }, 'check')
    expect(code).toBe(1)
    expect(stdout).toContain('✖ unsafe: compacted-dead-letters')
    expect(stdout).toContain(`--entity-name ${dead} --add-config cleanup.policy=delete\n`)
    expect((await topics({ ...environment, DLQ_TOPIC: dead })).code).toBe(0)
  })

  test('a pattern stands for the topics that it matches', async () => {
    const prefix = uniqueName('logins')
    await kafka.createTopic(`${prefix}-eu`, { partitions: 2 })
    await kafka.createTopic(`${prefix}-us`, { partitions: 4 })
    const environment = { ...pipelineTopics(), INPUT_TOPIC: `^${prefix}-` }
    const { stdout } = await topics(environment, 'create', '--dry-run')
    // As many as the largest input has, but for what tells of the processor.
    expect(stdout.match(/^would create .*: 4 partitions/gm)).toHaveLength(3)
    expect(stdout).toMatch(/^would create .*-metrics: 6 partitions/m)
    expect((await topics(environment)).stdout).toMatch(new RegExp(`${prefix}-eu +input +2 `))
  })

  test('grow gives more partitions to an output, and to the input only if somebody insists', async () => {
    const environment = pipelineTopics()
    await topics(environment, 'create', '--partitions', '2')
    const { INPUT_TOPIC: input, OUTPUT_TOPIC: output } = environment
    const grow = (...args: string[]) => topics(environment, 'grow', ...args)

    expect((await grow(input, '--partitions', '4', '--dry-run')).stdout).toContain(`${input}: from 2 to 4 partitions`)
    expect(await grow(input, '--partitions', '4')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Nothing was changed') as string
    })
    expect(await partitionsOf(input)).toBe(2)
    expect((await grow('processed', '--partitions', '4')).stdout).toContain(`✔ ${output} has 4 partitions`)
    expect((await grow('input', '--partitions', '4', '--yes')).code).toBe(0)
    await until('the new partitions are known', async () => (await partitionsOf(input)) === 4)
    expect(await partitionsOf(output)).toBe(4)

    expect((await grow('processed', '--partitions', '4')).stdout).toContain('has 4 partitions already')
    expect(await grow('processed', '--partitions', '3')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Kafka takes none away') as string
    })
  })

  test.each([
    [['explode'], "there is no 'topics explode'"],
    [['create', '--replication', '2'], '2 replicas need as many brokers, and there are 1'],
    [['create', '--partitions', 'many'], '--partitions is a whole number, 1 or more'],
    [['grow', 'processed'], 'say how many: --partitions N'],
    [['grow', '--partitions', '3'], 'name one topic, or one role'],
    [['grow', 'strange', '--partitions', '3'], 'strange is no topic of the pipeline, nor a role']
  ])('%j is a mistake: %s', async (args, message) => {
    const end = await topics(pipelineTopics(), ...args)
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining(message) as string })
  })

  test('says what the brokers say of a topic that can not be created', async () => {
    const name = uniqueName('a')
    await kafka.createTopic(`${name}.b`)
    const end = await topics({ ...pipelineTopics(), INPUT_TOPIC: `${name}_b` }, 'create')
    expect(end.code).toBe(1)
    expect(end.stderr).toContain(`can't create topic "${name}_b": Topic '${name}_b' collides with existing topic`)
  })
})
