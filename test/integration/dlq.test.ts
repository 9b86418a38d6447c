import { afterAll, beforeAll, expect, test } from 'vitest'
import { millrace } from '../kafka/millrace-command.ts'
import { settle } from '../kafka/running-processor.ts'
import { describeOnKafka, TestKafka, type TestTopics } from '../kafka/test-kafka.ts'
import { headerOf } from '../kafka/topic-reader.ts'
import { login } from './user-login-cases.ts'

const SECRETS = ['s3cret', 'Musterstadt', '\x1b']
/** Bad in two ways, and one that is sound; all of one time, so that no hour ends between them. */
const timestampMs = Date.now()
const records = [
  { partition: 0, key: 's3cret-1', value: login({ ip: '', city: 'Musterstadt' }) },
  { partition: 0, key: 's3cret-2', value: 'Musterstadt \x1b]52;c;x\x07' },
  { partition: 1, key: 's3cret-3', value: login() },
  { partition: 2, key: 's3cret-4', value: login({ ip: '' }) }
].map(record => ({ partition: record.partition, key: record.key, value: record.value, timestampMs }))

const settings = { ENRICH_FIELDS: 'none' }

// One story, as an operator would live it.
describeOnKafka('from a dead letter to its end', () => {
  let kafka: TestKafka
  let topics: TestTopics
  let environment: Record<string, string>
  beforeAll(async () => {
    kafka = await TestKafka.connect()
    topics = await kafka.createTopics({ partitions: 3 })
    environment = { ...topics.environment, ...settings }
    await kafka.write(topics.input, records)
    await settle(environment, records.length)
  })
  afterAll(() => kafka.disconnect())

  const dlq = async (args: string, further: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await millrace(['dlq', ...args.split(' ')], { ...environment, ...further })
    return { code, output: `${stdout}${stderr}` }
  }

  test('list counts them by reason, partition and hour, and shows nothing of what is in them', async () => {
    const { code, output } = await dlq('list')
    expect(code).toBe(0)
    expect(output).toContain(`${topics.deadLetters}: 3 dead letters`)
    expect(output).toMatch(/by reason\n +2 {2}invalid\n +1 {2}not-json\n/)
    expect(output).toMatch(new RegExp(`\n +2 {2}${topics.input}/0\n +1 {2}${topics.input}/2\n`))
    expect(output).toMatch(/by hour of the record \(UTC\)\n +3 {2}\d{4}-\d\d-\d\d \d\d:00\n/)
    expect(output).toContain('offset 1: not-json@0')
    for (const secret of SECRETS) expect(output).not.toContain(secret)
  })

  test('list takes filters', async () => {
    expect((await dlq('list --reason not-json')).output).toContain(': 1 dead letter; 2 other records looked at')
    expect((await dlq(`list --partition ${topics.input}/2 --limit 0`)).output).toContain(': 1 dead letter')
    expect((await dlq('list --since 1h')).output).toContain(': 3 dead letters')
    expect((await dlq('list --until 1h')).output).toContain(': 0 dead letters')
    expect((await dlq('list --group others')).output).toContain(': 0 dead letters')
  })

  test('show says why, and the record itself only if it is told to, fit for a terminal', async () => {
    const deadLetters = await kafka.read(topics.deadLetters)
    const [first, second] = ['s3cret-1', 's3cret-2'].map(key => deadLetters.find(each => String(each.key) === key)!)
    const position = `${first.partition}/${first.offset}`
    const { code, output } = await dlq(`show ${position}`)
    expect(code).toBe(0)
    expect(output).toMatch(new RegExp(`^${topics.deadLetters}/${position}\n +reason +invalid\n +message +ip:empty\n`))
    expect(output).toContain(`${topics.input}/0 offset 0`)
    expect(output).toContain('personal data')
    for (const secret of SECRETS) expect(output).not.toContain(secret)

    const whole = (await dlq(`show ${topics.deadLetters}/${second.partition}/${second.offset} --value`)).output
    expect(whole).toContain('personal data')
    expect(whole).toContain('s3cret-2')
    expect(whole).toContain(String.raw`Musterstadt \x1b]52;c;x\x07`)
    expect(whole).not.toContain('\x1b')
    expect(whole.split('\n').filter(line => line.length > 80)).toEqual([])
  })

  test('show says where there is nothing', async () => {
    expect(await dlq('show 0/999')).toEqual({
      code: 1,
      output: `millrace dlq: there is no record at ${topics.deadLetters}/0/999\n`
    })
    expect((await dlq('show zero')).code).toBe(2)
  })

  test('redriven records are processed once more; what fails again counts, until it is quarantined as it is', async () => {
    // The cause is mended for two of the three.
    const mended = { ...environment, REQUIRED_FIELDS: 'user_id', INVALID_IP: 'mask' }
    const quarantine = await kafka.createTopic(`${topics.input}-quarantine`)
    const guarded = { REDRIVE_ATTEMPTS: '2', QUARANTINE_TOPIC: quarantine }
    expect((await dlq('redrive', guarded)).output).toContain('✔ 3 redriven')
    const { tally } = await settle(mended, 3)
    expect(tally).toMatchObject({ processed: 2, deadLetter: 1 })
    expect((await dlq('list')).output).toMatch(/by how often they were redriven\n +3 {2}never\n +1 {2}once\n/)

    expect((await dlq('redrive', guarded)).output).toMatch(/✔ 1 redriven[^]*had been redriven before:\n +1 {2}once\n/)
    expect((await settle(mended, 1)).tally).toMatchObject({ deadLetter: 1 })
    const { output } = await dlq('redrive', guarded)
    expect(output).toMatch(/✔ 0 redriven[^]*✔ 1 quarantined in/)
    expect((await dlq('redrive', guarded)).output).toMatch(/✔ 0 redriven[^]*✔ 0 quarantined in/)

    const deadLetters = await kafka.read(topics.deadLetters)
    const last = deadLetters.find(record => headerOf(record, 'millrace.redrive.attempt') === '2')
    const [quarantined, ...others] = await kafka.read(quarantine)
    expect(others).toEqual([])
    expect(quarantined).toEqual({ ...last, topic: quarantine, partition: 0, offset: 0 })
    expect(headerOf(quarantined, 'millrace.redrive.origin')).toBe(`${topics.input}/0/1`)
    expect(headerOf(quarantined, '__connect.errors.exception.class.name')).toBe('millrace.not-json')
  })

  test('REDRIVE_TOPIC keeps repeats away from other readers of the input, and the processor reads it too', async () => {
    const own = await kafka.createTopics({ partitions: 3 })
    const retry = await kafka.createTopic(`${own.input}-retry`, { partitions: 3 })
    const withRetry = { ...own.environment, ...settings, REDRIVE_TOPIC: retry }
    await kafka.write(own.input, [records[1]])
    await settle(withRetry, 1)
    const { stdout } = await millrace(['dlq', 'redrive'], withRetry)
    expect(stdout).toContain(`✔ 1 redriven to ${retry}`)
    expect((await settle(withRetry, 1)).tally).toMatchObject({ deadLetter: 1 })
    expect(await kafka.count(own.input)).toBe(1)
    const [, again] = await kafka.read(own.deadLetters)
    expect(headerOf(again, '__connect.errors.topic')).toBe(retry)
    expect(headerOf(again, 'millrace.redrive.origin')).toBe(`${own.input}/0/0`)
  })
})
