import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findJava } from '../../scripts/broker/java.ts'
import { KafkaCluster } from '../../scripts/broker/kafka-cluster.ts'
import { libsDirOf } from '../../scripts/broker/kafka-kind.ts'
import { millrace } from '../kafka/millrace-command.ts'
import { describeOnKafka, type Environment } from '../kafka/test-kafka.ts'
import { until } from '../kafka/until.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** On a machine that is busy with other things. */
const START_TIMEOUT_MS = 150_000

const describeOnJava = (await findJava()) ? describeOnKafka : describeOnKafka.skip
const dir = join(ROOT, '.test', `kafka-${process.pid}-topics`)

describeOnJava('millrace topics, on three brokers', () => {
  let cluster: KafkaCluster
  beforeAll(async () => {
    const libsDir = libsDirOf(join(ROOT, '.kafka'))
    // A default that is unsafe: what is created must not depend on it.
    const properties = { 'min.insync.replicas': 1, 'unclean.leader.election.enable': true }
    cluster = await KafkaCluster.start({
      dir,
      libsDir,
      brokers: 3,
      heapMb: 384,
      properties,
      startTimeoutMs: START_TIMEOUT_MS
    })
  }, START_TIMEOUT_MS)
  afterAll(async () => {
    await cluster.end()
    rmSync(dir, { recursive: true, force: true })
  })

  const topics = (args: readonly string[], environment: Environment = {}) =>
    millrace(['topics', ...args], { BROKERS: cluster.bootstrap, ...environment })

  test('what is created has three replicas, of which two must have a record', async () => {
    const { code, stdout } = await topics(['create', '--partitions', '2'])
    expect(code).toBe(0)
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /created user-login: 2 partitions, replication 3, .*min.insync.replicas=2/
    )
    const check = await topics(['check'])
    expect(check).toMatchObject({ code: 0, stderr: '' })
    expect(check.stdout).toContain('✔ nothing unsafe')
  })

  test('what others have created with one replica is unsafe', async () => {
    const elsewhere = { OUTPUT_TOPIC: 'elsewhere' }
    expect((await topics(['create', '--replication', '1'], elsewhere)).code).toBe(0)
    const { code, stdout } = await topics(['check'], elsewhere)
    expect(code).toBe(1)
    expect(stdout).toContain('elsewhere (processed) has one replica, though there are 3 brokers')
  })

  test('a broker that is down is seen, though it is the first that is asked', async () => {
    await cluster.kill(0)
    await until('a replica is seen to be missing', async () => {
      return (await topics(['check'])).stdout.includes('✖ unsafe: under-replicated')
    })
    const { code, stdout } = await topics([])
    expect(code).toBe(0)
    expect(stdout).toMatch(/user-login +input +2 +3 +0 of 2 +2\n/)
    expect((await topics(['check'])).code).toBe(1)
  })
})
