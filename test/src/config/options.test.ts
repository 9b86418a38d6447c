import { describe, expect, test } from 'vitest'
import { environmentName } from '../../../src/config/option.ts'
import type { Option } from '../../../src/config/option.ts'
import { namedOptions, optionsFor, secretFileName } from '../../../src/config/options.ts'
import { parseValue } from '../../../src/config/parse-value.ts'
import type { AnyPipeline } from '../../../src/pipeline.ts'
import { read, shout } from './shout-pipeline.ts'

const described = { what: '', why: '', example: '', section: '' }
const text: Option = { ...described, type: 'string', default: undefined }

function withOption(name: string): AnyPipeline {
  return { ...shout, options: { [name]: text } }
}

describe('the name of a variable', () => {
  test.each([
    ['workers', 'WORKERS'],
    ['maxInFlightRecords', 'MAX_IN_FLIGHT_RECORDS'],
    ['outputTopicLateOnes', 'OUTPUT_TOPIC_LATE_ONES']
  ])('of %s is %s', (option, name) => {
    expect(environmentName(option)).toBe(name)
  })
})

describe('the options of a pipeline', () => {
  test('are added to those of Millrace', () => {
    expect(Object.keys(optionsFor(shout))).toEqual(
      expect.arrayContaining(['brokers', 'acceptedTones', 'outputTopicLateOnes'])
    )
  })

  test.each(['lingerMs', 'outputTopic', 'outputTopicLateOnes'])('may not take the name of another one: %s', name => {
    expect(() => optionsFor(withOption(name))).toThrow(`pipeline shout: ${environmentName(name)} is already the name`)
  })

  test('may not be told apart from another by their case alone', () => {
    expect(() => optionsFor(withOption('linger_MS'))).not.toThrow()
    expect(() => optionsFor({ ...shout, options: { a_B: text, a__b: text } })).toThrow('A__B')
  })

  test('without an output are refused', () => {
    expect(() => optionsFor({ ...shout, outputs: {} })).toThrow('pipeline shout: it has no output')
  })

  test('leave the table of another pipeline as it was', () => {
    optionsFor(withOption('brandNew'))
    expect(optionsFor(shout)).not.toHaveProperty('brandNew')
  })
})

describe.each(namedOptions(optionsFor(shout)))('%s', (name, option) => {
  test('has a default and an example that it would itself accept', () => {
    if (option.default !== undefined) expect(parseValue(name, option, String(option.default))).toHaveProperty('value')
    expect(parseValue(name, option, option.example)).toHaveProperty('value')
  })

  test('has an example that says something else than the default', () => {
    expect(option.example).not.toBe(String(option.default))
  })

  test('says what it does and why, in sentences', () => {
    for (const sentence of [option.what, option.why]) expect(sentence).toMatch(/^[^ ].*\.$/)
  })

  test('is not named like the file of a secret', () => {
    const secrets = namedOptions(optionsFor(shout)).filter(([, other]) => other.secret)
    expect(secrets.map(([secret]) => secretFileName(secret))).not.toContain(name)
  })
})

// The mistake: OpenSSL and Node read SSL_CERT_FILE as a bundle of authorities, and many images set it.
test("what OpenSSL reads is not taken for the processor's own certificate", () => {
  const { problems, settings } = read({
    SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt',
    SSL_CERT_DIR: '/etc/ssl/certs'
  })
  expect(problems).toEqual([])
  expect(settings.sslCertificateFile).toBeUndefined()
})

describe('BROKERS', () => {
  test.each(['localhost', 'kafka-1.example:9092,kafka_2:19092', '127.0.0.1:9092', '[::1]:9092,[fe80::1]'])(
    'takes %s',
    brokers => {
      expect(read({ BROKERS: brokers }).problems).toEqual([])
    }
  )

  test.each([
    'http://kafka:9092',
    'SASL_SSL://kafka:9092',
    'a:9092, b:9092',
    'user:password@kafka:9092',
    'a,,b',
    'a:port'
  ])('refuses %s, and does not repeat it', brokers => {
    const [problem] = read({ BROKERS: brokers }).problems
    expect(problem.settings).toEqual(['BROKERS'])
    expect(JSON.stringify(problem)).not.toContain(brokers)
  })
})

describe('topics', () => {
  test.each(['DLQ_TOPIC', 'OUTPUT_TOPIC', 'CLEANED_TOPIC', 'INPUT_TOPIC'])(
    '%s must have a name that Kafka allows',
    name => {
      for (const topic of ['a b', '.', '..', 'ä', 'a/b', 'x'.repeat(250)]) {
        expect(read({ [name]: topic }).problems, topic).toHaveLength(1)
      }
      expect(read({ [name]: `${'x'.repeat(246)}._-` }).problems).toEqual([])
    }
  )
})
