import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { processedLoginAvro, userLoginAvro } from '../../pipelines/user-login/avro-schemas.ts'
import userLogin from '../../pipelines/user-login/pipeline.ts'
import { createAvroEncoder } from '../../src/avro/encode.ts'
import { type FixtureData, foundResult } from '../../src/dead-letters/fixture.ts'
import { testPipeline } from '../../src/test-pipeline.ts'
import { soundLogin } from '../corpus/bad-records.ts'
import { millrace } from '../kafka/millrace-command.ts'
import { RunningProcessor, settle } from '../kafka/running-processor.ts'
import { TestKafka, type TestTopics } from '../kafka/test-kafka.ts'
import { describeOnRegistry, TestRegistry } from '../kafka/test-registry.ts'
import { headerOf } from '../kafka/topic-reader.ts'
import { CODECS, login, newer, older, rowOf, stranger } from './avro-cases.ts'

describeOnRegistry('Avro and a schema registry', () => {
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

  const environmentOf = (topics: TestTopics) => ({ ...topics.environment, ...registry.environment, ...CODECS })
  const schema = (topics: TestTopics, ...args: string[]) => millrace(['schema', ...args], environmentOf(topics))
  const users = async (topics: TestTopics) => (await kafka.read(topics.processed)).map(({ value }) => rowOf(value).user)

  /** Topics whose schemas are registered, and what writes logins with a schema. */
  async function setUp(partitions = 1) {
    const topics = await kafka.createTopics({ partitions })
    expect((await schema(topics, 'register')).code).toBe(0)
    const subject = `${topics.input}-value`
    const encoderOf = async (written: object) => createAvroEncoder(written, await registry.register(subject, written))
    return { topics, environment: environmentOf(topics), subject, encoderOf }
  }

  test('the schemas are registered, once; the next ones must be compatible', async () => {
    const topics = await kafka.createTopics()
    expect((await schema(topics, 'check')).stdout).toContain('any schema may be the first')
    const first = await schema(topics, 'register')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain(`${topics.input}-value: registered, version 1`)
    expect(first.stdout).toContain(`${topics.processed}-value: registered, version 1`)
    expect(first.stdout).toContain('has to be BACKWARD compatible')
    const second = await schema(topics, 'register')
    expect(second.stdout).toContain(`${topics.input}-value: was registered already, version 1`)
    await expect(registry.register(`${topics.input}-value`, stranger)).rejects.toThrow('409')
    expect((await schema(topics, 'show')).stdout).toContain("7 fields  ← the pipeline's")
  })

  test('a schema that is not compatible with what is there is not registered', async () => {
    const topics = await kafka.createTopics()
    await registry.register(`${topics.processed}-value`, processedLoginAvro)
    const other = { ...userLoginAvro, fields: [{ name: 'user_id', type: 'int' }] }
    await registry.register(`${topics.input}-value`, other)
    await registry.setLevel(`${topics.input}-value`, 'BACKWARD')
    const { code, stdout } = await schema(topics, 'register')
    expect([code, stdout]).toEqual([1, expect.stringContaining(`✘ ${topics.input}-value: is not compatible`)])
    expect((await schema(topics, 'check', '--subject', `${topics.input}-value`)).code).toBe(1)
  })

  test('logins come in and go out as Avro; those of older and newer writers, too', async () => {
    const { topics, environment, encoderOf } = await setUp()
    const values = [
      (await encoderOf(userLoginAvro)).encode(login('ours')),
      (await encoderOf(older)).encode(login('older')),
      (await encoderOf(newer)).encode({ ...login('newer'), zone: 'north' })
    ]
    await kafka.write(
      topics.input,
      values.map(value => ({ value }))
    )
    const { tally } = await settle(environment, values.length)
    expect(tally).toMatchObject({ processed: 3, deadLetter: 0 })
    const rows = (await kafka.read(topics.processed)).map(({ value }) => rowOf(value))
    const id = await registry.register(`${topics.processed}-value`, processedLoginAvro)
    expect(rows).toEqual(['ours', 'older', 'newer'].map(user => ({ id, user, ip: '199.172.111.0' })))
  })

  test('what is not Avro, of an unknown schema or of one that is none of ours is a dead letter, byte for byte', async () => {
    const { topics, environment, encoderOf } = await setUp()
    const foreign = createAvroEncoder(stranger, await registry.register(`${topics.input}-other`, stranger))
    const good = (await encoderOf(userLoginAvro)).encode(login('good'))
    const values = [
      Buffer.from(JSON.stringify(soundLogin)),
      createAvroEncoder(userLoginAvro, await registry.freeId()).encode(login('unknown')),
      foreign.encode({ ...soundLogin, user_id: 7 }),
      good.subarray(0, -3)
    ]
    await kafka.write(
      topics.input,
      [...values, good].map(value => ({ value }))
    )
    const guid = Buffer.concat([Buffer.from([1]), Buffer.alloc(16, 7)])
    await kafka.write(topics.input, [
      { value: good.subarray(5), headers: [{ name: '__value_schema_id', value: guid }] }
    ])
    const { reasons } = await settle(environment, 6)
    expect(reasons).toEqual({ 'not-avro': 2, 'unknown-schema': 2, 'incompatible-schema': 1 })
    const deadLetters = await kafka.read(topics.deadLetters)
    expect(deadLetters.slice(0, 4).map(({ value }) => value)).toEqual(values)
    expect(headerOf(deadLetters[2], '__connect.errors.exception.message')).toBe('incompatible-schema')
    expect(await users(topics)).toEqual(['good'])
  })

  test('while the registry is down, what is known goes on and what is not waits, in its order', async () => {
    const { topics, environment, encoderOf } = await setUp()
    const [known, unknown] = [await encoderOf(userLoginAvro), await encoderOf(newer)]
    const processor = await RunningProcessor.start(environment)
    try {
      await kafka.write(topics.input, [{ value: known.encode(login('0')) }])
      await processor.untilSettled(1)
      await registry.shut()
      await kafka.write(topics.input, [{ value: known.encode(login('1')) }])
      await processor.untilSettled(2)
      await kafka.write(topics.input, [{ value: unknown.encode(login('2')) }])
      await processor.until('the record is taken', ({ snapshot }) => snapshot.inFlight === 1)
      await kafka.write(topics.input, [{ value: known.encode(login('3')) }])
      // Nothing more is fetched of the partition.
      await new Promise(resolve => setTimeout(resolve, 500))
      expect(processor.snapshot.inFlight).toBe(1)
      expect(await users(topics)).toEqual(['0', '1'])
      await registry.open()
      await processor.untilSettled(4)
    } finally {
      if (!registry.isOpen) await registry.open()
      expect(await processor.stop()).toEqual({ drained: true })
    }
    expect(await users(topics)).toEqual(['0', '1', '2', '3'])
  })

  test('a partition that waits for the registry keeps no other one waiting', async () => {
    const { topics, environment, encoderOf } = await setUp(2)
    const [known, unknown] = [await encoderOf(userLoginAvro), await encoderOf(newer)]
    const small = { ...environment, SLAB_RECORDS: '50', MAX_IN_FLIGHT_RECORDS: '400' }
    const processor = await RunningProcessor.start(small)
    try {
      await kafka.write(topics.input, [{ value: known.encode(login('first')), partition: 1 }])
      await processor.untilSettled(1)
      await registry.shut()
      const records = Array.from({ length: 4000 }, (_, number) => {
        const encoder = number === 100 ? unknown : known
        return { value: encoder.encode(login(String(number))), partition: number % 2 }
      })
      await kafka.write(topics.input, records)
      await processor.untilSettled(1 + 50 + 2000)
      await processor.until('all of it is committed', async () => {
        const [waiting, other] = await kafka.committedOffsets(topics.group, topics.input)
        return waiting === 50 && other === 2001
      })
      await registry.open()
      await processor.untilSettled(4001)
    } finally {
      if (!registry.isOpen) await registry.open()
      await processor.stop()
    }
    const even = (await users(topics)).filter(user => Number(user) % 2 === 0)
    expect(even).toEqual(Array.from({ length: 2000 }, (_, number) => String(number * 2)))
  })

  test('a stop does not wait for a registry that is down: what waits for it is read again', async () => {
    const { topics, environment, encoderOf } = await setUp()
    const [known, unknown] = [await encoderOf(userLoginAvro), await encoderOf(newer)]
    const processor = await RunningProcessor.start({
      ...environment,
      DRAIN_TIMEOUT_MS: '500',
      RECORD_DEADLINE_MS: '100'
    })
    try {
      await kafka.write(topics.input, [{ value: known.encode(login('0')) }])
      await processor.untilSettled(1)
      await registry.shut()
      await kafka.write(topics.input, [{ value: unknown.encode(login('1')) }])
      await processor.until('the record is taken', ({ snapshot }) => snapshot.inFlight === 1)
      expect(await processor.stop()).toEqual({ drained: false })
    } finally {
      await registry.open()
    }
    await settle(environment, 1)
    expect(await users(topics)).toEqual(['0', '1'])
  })

  test('without the schema of the output it does not start, and says what to do', async () => {
    const topics = await kafka.createTopics()
    const { code, stdout } = await millrace(['run'], {
      ...environmentOf(topics),
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json'
    })
    expect(code).toBe(1)
    expect(stdout).toContain('`millrace schema register`')
  })

  test('it waits for a registry that is down when it starts', async () => {
    const { topics, environment, encoderOf } = await setUp()
    const encoder = await encoderOf(userLoginAvro)
    await kafka.write(topics.input, [{ value: encoder.encode(login('0')) }])
    await registry.shut()
    const processor = await RunningProcessor.start(environment)
    try {
      await new Promise(resolve => setTimeout(resolve, 1500))
      expect(processor.snapshot.state).toBe('starting')
    } finally {
      await registry.open()
    }
    await processor.untilSettled(1)
    await processor.stop()
    expect(await users(topics)).toEqual(['0'])
  })

  test('a dead letter in Avro is redriven as it was', async () => {
    const { topics, environment, encoderOf } = await setUp()
    const encoder = await encoderOf(userLoginAvro)
    await kafka.write(topics.input, [{ key: 'k', value: encoder.encode({ ...login('0'), ip: 'nowhere' }) }])
    await settle(environment, 1)
    expect(await kafka.count(topics.deadLetters)).toBe(1)
    const redrive = await millrace(['dlq', 'redrive'], environment)
    expect(redrive).toMatchObject({ code: 0, stderr: '' })
    await settle({ ...environment, INVALID_IP: 'mask' }, 1)
    const [{ value }] = await kafka.read(topics.processed)
    expect(rowOf(value)).toMatchObject({ user: '0', ip: 'invalid' })
  })

  test('the commands read it: verify, show, and an export that needs no registry', async () => {
    const { topics, environment, encoderOf } = await setUp()
    const encoder = await encoderOf(newer)
    const logins = [login('0'), { ...login('1'), ip: '' }, { ...login('2'), locale: 'BY' }, login('3')]
    await kafka.write(
      topics.input,
      logins.map(value => ({ value: encoder.encode(value) }))
    )
    const settings = { ...environment, DROPPED_LOCALES: 'BY', PROVENANCE_HEADERS: 'on', CLEANED_TOPIC: '' }
    await settle(settings, logins.length)
    // The third has no row anywhere, which is right only if it is filtered.
    expect(await millrace(['verify'], settings)).toMatchObject({ code: 0 })
    expect((await millrace(['show'], settings)).stdout).toContain('"user_id":"3"')

    const directory = mkdtempSync(join(tmpdir(), 'millrace-avro-'))
    try {
      const { code, stdout } = await millrace(['dlq', 'export', '--runner', 'node'], settings, directory)
      expect([code, stdout]).toEqual([0, expect.not.stringContaining('it is now')])
      const data = JSON.parse(readFileSync(join(directory, 'dead-letters.test.json'), 'utf8')) as FixtureData
      const [record] = data.records
      const given = { key: null, value: Buffer.from(record.value ?? '', 'base64') }
      const [result] = testPipeline(userLogin, [given], data)
      expect(foundResult(result)).toEqual({ outcome: 'dead-letter', reason: 'invalid', message: 'ip:empty' })
      expect(data.environment.SCHEMA_REGISTRY_URL).not.toContain('127.0.0.1')
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })

  test('both deliveries work with it', async () => {
    const { topics, environment, encoderOf } = await setUp()
    const encoder = await encoderOf(userLoginAvro)
    const records = Array.from({ length: 500 }, (_, number) => ({ value: encoder.encode(login(String(number))) }))
    await kafka.write(topics.input, records)
    await settle({ ...environment, DELIVERY: 'exactly-once' }, records.length)
    expect(await users(topics)).toEqual(records.map((_, number) => String(number)))
  })
})
