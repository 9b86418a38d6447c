import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import userLogin from '../../../pipelines/user-login/pipeline.ts'
import { optionsFor } from '../../../src/config/options.ts'
import { settingsFromRaw } from '../../../src/config/raw-settings.ts'
import { RegistryError } from '../../../src/schema-registry/registry-error.ts'
import { type RegistryPort, Schemas } from '../../../src/schema-registry/schemas.ts'

const down = () => new RegistryError('connect ECONNREFUSED')
const denied = () => new RegistryError('answers 401', 401)
const AVRO = { inputCodec: 'avro', outputCodec: 'avro' }

function setUp(registry: Partial<RegistryPort>, raw: Record<string, string> = AVRO) {
  const told: string[] = []
  const schemas = new Schemas({
    registry: {
      probe: async () => undefined,
      schemaOf: async () => undefined,
      find: async () => ({ id: 5, version: 2, schema: '' }),
      close: () => void told.push('closed'),
      ...registry
    },
    pipeline: userLogin,
    settings: settingsFromRaw(raw, optionsFor(userLogin)),
    events: {
      schemaFound: (subject, id) => told.push(`${subject} ${id}`),
      registryFailed: (failures, reason, needed) => told.push(`${failures} ${reason} ${needed}`)
    }
  })
  return { schemas, told }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('at the start', () => {
  test('the number of the output is found under its subject', async () => {
    const { schemas, told } = setUp({})
    await schemas.start()
    expect([schemas.outputIds, told]).toEqual([[5], ['user-login-processed-value 5']])
    const named = setUp({}, { ...AVRO, outputSubject: 'mine' })
    await named.schemas.start()
    expect(named.told).toEqual(['mine 5'])
  })

  test('a registry that is down is waited for, and that is told now and then', async () => {
    let failures = 40
    const { schemas, told } = setUp({
      find: async () => {
        if (failures-- > 0) throw down()
        return { id: 6, version: 1, schema: '' }
      }
    })
    const started = schemas.start()
    await vi.advanceTimersByTimeAsync(300_000)
    await started
    expect(schemas.outputIds).toEqual([6])
    expect(told[0]).toBe('1 connect ECONNREFUSED true')
    expect(told.length).toBeLessThan(25)
    expect(told.at(-1)).toBe('user-login-processed-value 6')
  })

  test('one that refuses ends it, as does a schema that is not registered', async () => {
    const refusing = setUp({ find: () => Promise.reject(denied()) })
    await expect(refusing.schemas.start()).rejects.toThrow('401')
    const lacking = setUp({ find: async () => undefined })
    await expect(lacking.schemas.start()).rejects.toThrow('run `millrace schema register`')
  })

  test('where rows are JSON nothing is needed, so that a registry that is down is only told', async () => {
    const { schemas, told } = setUp({ probe: () => Promise.reject(down()) }, { inputCodec: 'avro' })
    await schemas.start()
    expect([schemas.outputIds, told]).toEqual([[], ['1 connect ECONNREFUSED false']])
    const refusing = setUp({ probe: () => Promise.reject(denied()) }, { inputCodec: 'avro' })
    await expect(refusing.schemas.start()).rejects.toThrow('401')
  })

  test('a stop ends the waiting', async () => {
    const { schemas, told } = setUp({ find: () => Promise.reject(down()) })
    const failed = schemas.start().catch((error: Error) => error.name)
    await vi.advanceTimersByTimeAsync(1000)
    schemas.close()
    expect(await failed).toBe('AbortError')
    expect(told.at(-1)).toBe('closed')
  })
})

test('records name schemas only where they are Avro', () => {
  expect(setUp({}).schemas.ofRecords).toBeDefined()
  expect(setUp({}, { outputCodec: 'avro' }).schemas.ofRecords).toBeUndefined()
})

test('what records need is asked for again and again, and told once in ten seconds with how often', async () => {
  let answers = false
  let found = 0
  const { schemas, told } = setUp({
    schemaOf: async () => {
      if (!answers) throw down()
      return { text: '{}', references: [] }
    }
  })
  schemas.found = () => found++
  schemas.ofRecords?.want(1)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(told.length).toBeGreaterThanOrEqual(2)
  expect(told.length).toBeLessThanOrEqual(4)
  expect(told[0]).toBe('1 connect ECONNREFUSED false')
  expect(found).toBe(0)
  answers = true
  await vi.advanceTimersByTimeAsync(7000)
  expect(found).toBe(1)
  schemas.close()
})
