import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Admin } from '@platformatic/kafka'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findJava } from '../../scripts/broker/java.ts'
import { libsDirOf } from '../../scripts/broker/kafka-kind.ts'
import { startKafka, type RunningKafka } from '../../scripts/broker/kafka-process.ts'
import { millrace } from '../kafka/millrace-command.ts'
import { describeOnKafka, type Environment } from '../kafka/test-kafka.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** On a machine that is busy with other things. */
const START_TIMEOUT_MS = 150_000

const describeOnJava = (await findJava()) ? describeOnKafka : describeOnKafka.skip

const dir = join(ROOT, '.test', `kafka-${process.pid}-secured`)

const LOGIN_MODULE = 'org.apache.kafka.common.security.plain.PlainLoginModule'
const USERS = 'user_admin="admin-secret" user_millrace="millrace-secret"'

/** Clients log in by PLAIN, and only `admin` may do what no ACL allows. */
const SECURED = {
  'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_PLAINTEXT',
  'sasl.enabled.mechanisms': 'PLAIN',
  'sasl.mechanism.inter.broker.protocol': 'PLAIN',
  'listener.name.plaintext.plain.sasl.jaas.config': `${LOGIN_MODULE} required username="admin" password="admin-secret" ${USERS};`,
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:admin;User:ANONYMOUS'
}

describeOnJava('millrace topics, where brokers ask who is there', () => {
  let broker: RunningKafka
  let admin: Admin
  beforeAll(async () => {
    const libsDir = libsDirOf(join(ROOT, '.kafka'))
    broker = await startKafka({ dir, libsDir, properties: SECURED, startTimeoutMs: START_TIMEOUT_MS })
    const sasl = { mechanism: 'PLAIN', username: 'admin', password: 'admin-secret' } as const
    admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker.bootstrap], sasl })
  }, START_TIMEOUT_MS)
  afterAll(async () => {
    await admin.close()
    await broker.kill()
    rmSync(dir, { recursive: true, force: true })
  })

  const topics = (environment: Environment, ...args: string[]) =>
    millrace(['topics', ...args], {
      BROKERS: broker.bootstrap,
      SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
      SASL_MECHANISM: 'PLAIN',
      ...environment
    })
  const asAdmin = { SASL_USERNAME: 'admin', SASL_PASSWORD: 'admin-secret' }
  const asMillrace = { SASL_USERNAME: 'millrace', SASL_PASSWORD: 'millrace-secret' }

  /** `Describe` for every topic: resource type 2, literal pattern 3, operation 8, permission allow 3. */
  const allowDescribe = () => {
    const allow = { resourceType: 2, resourceName: '*', resourcePatternType: 3 } as const
    const who = { principal: 'User:millrace', host: '*', operation: 8, permissionType: 3 } as const
    return admin.createAcls({ creations: [{ ...allow, ...who }] })
  }

  test('a wrong password is told as such, without the password', async () => {
    const { code, stderr, stdout } = await topics({ ...asAdmin, SASL_PASSWORD: 'not-the-secret' }, 'check')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^millrace topics: can't connect: .*[aA]uthentication failed/)
    expect(stdout + stderr).not.toContain('not-the-secret')
  })

  test('what may not be seen is not taken for safe, and what may not be read is said', async () => {
    expect((await topics(asAdmin, 'create', '--partitions', '1')).code).toBe(0)
    expect(await topics(asAdmin, 'check')).toMatchObject({ code: 0, stderr: '' })

    const unseen = await topics(asMillrace, 'check')
    expect(unseen.code).toBe(1)
    expect(unseen.stdout).toContain('there is no such topic, or it may not be seen')
    expect(unseen.stdout).toContain('topic user-login: ')

    await allowDescribe()
    const unread = await topics(asMillrace)
    expect(unread).toMatchObject({ code: 0, stderr: '' })
    expect(unread.stdout).toMatch(/user-login +input +1 +1 +all +\?/)
    expect(unread.stdout).toMatch(/settings of topic user-login: .*[aA]uthoriz/)
    expect(unread.stdout).toMatch(/settings of the brokers: .*[aA]uthoriz/)
    expect(unread.stdout).toMatch(/✔ nothing unsafe in what could be read\n$/)
    expect((await topics(asMillrace, 'check')).code).toBe(0)
  })

  test('what may not be done is said', async () => {
    await allowDescribe()
    const grow = await topics(asMillrace, 'grow', 'dead-letters', '--partitions', '9')
    expect(grow).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/can't give more partitions.*[aA]uthoriz/) as string
    })
  })
})
