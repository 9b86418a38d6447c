import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findJava } from '../../scripts/broker/java.ts'
import { libsDirOf } from '../../scripts/broker/kafka-kind.ts'
import { startKafka, type RunningKafka } from '../../scripts/broker/kafka-process.ts'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import { millrace } from '../kafka/millrace-command.ts'
import { RunningProcessor } from '../kafka/running-processor.ts'
import { describeOnKafka, uniqueName, type Environment } from '../kafka/test-kafka.ts'
import { TopicWriter } from '../kafka/topic-writer.ts'
import { TOKEN_LIFE_MS, TokenEndpoint } from '../kafka/token-endpoint.ts'
import { isAvailable } from '../src/kafka/native/available.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** On a machine that is busy with other things. */
const START_TIMEOUT_MS = 150_000
const dir = join(ROOT, '.test', `kafka-${process.pid}-oauth`)
const describeOnJava = (await findJava()) ? describeOnKafka : describeOnKafka.skip
const transports = ['kafka-javascript', ...(isAvailable ? ['native'] : [])]

const LOGIN_MODULE = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule'
const JAAS = `${LOGIN_MODULE} required unsecuredLoginStringClaim_sub="broker";`
/** Clients log in by OAUTHBEARER, with tokens that nobody has signed, and must do so again before theirs has expired. */
const WITH_TOKENS = {
  'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_PLAINTEXT',
  'sasl.enabled.mechanisms': 'OAUTHBEARER',
  'sasl.mechanism.inter.broker.protocol': 'OAUTHBEARER',
  'listener.name.plaintext.oauthbearer.sasl.jaas.config': JAAS,
  'connections.max.reauth.ms': TOKEN_LIFE_MS
}

/** Properties that only librdkafka has, for both clients. */
function passedThrough(properties: Readonly<Record<string, string>>): Environment {
  const named = Object.entries(properties).flatMap(([name, value]) => {
    const suffix = name.toUpperCase().replaceAll('.', '_')
    return [`LIBRDKAFKA_CONSUMER_${suffix}`, `LIBRDKAFKA_PRODUCER_${suffix}`].map(setting => [setting, value])
  })
  return Object.fromEntries(named) as Environment
}

const LOGIN = { SECURITY_PROTOCOL: 'SASL_PLAINTEXT', SASL_MECHANISM: 'OAUTHBEARER' }
/** By tokens that librdkafka makes itself. */
const TESTS_LOGIN = {
  'security.protocol': 'sasl_plaintext',
  'sasl.mechanism': 'OAUTHBEARER',
  'enable.sasl.oauthbearer.unsecure.jwt': true,
  'sasl.oauthbearer.config': 'principal=test'
} as const

const oidc = ({ url }: TokenEndpoint, secret: string) => ({
  'sasl.oauthbearer.method': 'oidc',
  'sasl.oauthbearer.client.id': 'millrace',
  'sasl.oauthbearer.client.secret': secret,
  'sasl.oauthbearer.token.endpoint.url': url
})

describeOnJava('where brokers want a token', () => {
  let broker: RunningKafka
  let admin: ConfluentAdmin
  let writer: TopicWriter
  beforeAll(async () => {
    const libsDir = libsDirOf(join(ROOT, '.kafka'))
    broker = await startKafka({ dir, libsDir, properties: WITH_TOKENS, startTimeoutMs: START_TIMEOUT_MS })
    admin = new ConfluentAdmin({ 'bootstrap.servers': broker.bootstrap, ...TESTS_LOGIN })
    await admin.connect()
    writer = await TopicWriter.connect(broker.bootstrap, { login: TESTS_LOGIN })
  }, START_TIMEOUT_MS)
  afterAll(async () => {
    await writer.disconnect()
    await admin.disconnect()
    await broker.kill()
    rmSync(dir, { recursive: true, force: true })
  })

  async function environmentWith(TRANSPORT: string, properties: Record<string, string>): Promise<Environment> {
    const input = uniqueName('oauth')
    const topics = { INPUT_TOPIC: input, OUTPUT_TOPIC: `${input}-processed`, DLQ_TOPIC: `${input}-dlq` }
    await admin.createTopics(
      Object.values(topics).map(topic => ({ topic, partitions: 1, replicationFactor: 1, config: {} }))
    )
    const both = { ...LOGIN, ...topics, BROKERS: broker.bootstrap, GROUP_ID: input, LOG_LEVEL: 'silent', TRANSPORT }
    return { ...both, ...passedThrough(properties) }
  }

  test('commands get in by what is passed through, as the processor does', async () => {
    const endpoint = await TokenEndpoint.start('right')
    const environment: Environment = { ...(await environmentWith('auto', oidc(endpoint, 'right'))), SAMPLES: '20' }
    const sent = await millrace(['generate'], environment)
    const shown = await millrace(['show'], environment)
    await endpoint.stop()
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('20 sample logins') })
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(`${environment.DLQ_TOPIC}: nothing yet`) })
  })

  describe.each(transports)('%s', transport => {
    test('a token of an identity provider is fetched, and again before it has expired', async () => {
      const endpoint = await TokenEndpoint.start('right')
      const environment = await environmentWith(transport, oidc(endpoint, 'right'))
      const processor = await RunningProcessor.start(environment)
      try {
        await processor.until('it is assigned', ({ snapshot }) => snapshot.partitions > 0)
        const first = endpoint.tokens
        // Two clients, each of which has come again.
        await processor.until('tokens were renewed twice', () => endpoint.tokens >= first + 4)
        await writer.write(environment.INPUT_TOPIC, [{ value: '{}' }])
        await processor.untilSettled(1)
      } finally {
        expect((await processor.stop()).drained).toBe(true)
        await endpoint.stop()
      }
    })

    // kafka-javascript's wrapper keeps the cause to itself.
    test.runIf(transport === 'native')('one that is refused is told as such, without the secret', async () => {
      const endpoint = await TokenEndpoint.start('right')
      const environment = await environmentWith(transport, oidc(endpoint, 'not-the-secret'))
      const { code, stdout, stderr } = await millrace(['run'], { ...environment, LOG_LEVEL: 'info' })
      await endpoint.stop()
      expect(code).toBe(1)
      expect(endpoint.refused).toBeGreaterThan(0)
      expect(stdout + stderr).toMatch(/can't connect: .*[tT]oken/)
      expect(stdout + stderr).not.toContain('not-the-secret')
    })
  })
})
