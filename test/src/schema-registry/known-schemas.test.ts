import { afterEach, expect, test, vi } from 'vitest'
import type { SchemaKey } from '../../../src/avro/wire-format.ts'
import { KnownSchemas } from '../../../src/schema-registry/known-schemas.ts'

const schema = { text: '{}', references: [] }

/** The test answers each request when it likes. */
function setUp() {
  const asked: {
    key: SchemaKey
    answer: (schema?: { text: string; references: string[] }) => void
    fail: () => void
  }[] = []
  const failures: string[] = []
  const end = new AbortController()
  let found = 0
  const known = new KnownSchemas({
    schemaOf: key =>
      new Promise((resolve, reject) => {
        asked.push({ key, answer: resolve, fail: () => reject(new Error(`no ${key}`)) })
      }),
    signal: end.signal,
    failed: ({ message }) => failures.push(message),
    found: () => found++
  })
  return { known, asked, failures, end, found: () => found }
}

afterEach(() => void vi.useRealTimers())

test('what is wanted is asked for once, and known from then on', async () => {
  const { known, asked, found } = setUp()
  for (const key of [7, 7, 'ab', 7]) known.want(key)
  expect(asked.map(({ key }) => key)).toEqual([7, 'ab'])
  expect(known.get(7)).toBeUndefined()
  asked[0].answer(schema)
  await vi.waitFor(() => expect(known.get(7)).toEqual({ key: 7, schema }))
  expect(found()).toBe(1)
  expect(known.get('ab')).toBeUndefined()
})

test('a registry that fails is asked again, and others are not kept waiting by that', async () => {
  vi.useFakeTimers()
  const { known, asked, failures } = setUp()
  known.want(1)
  known.want(2)
  asked[0].fail()
  asked[1].answer(schema)
  await vi.advanceTimersByTimeAsync(1)
  expect(known.get(2)).toBeDefined()
  for (let time = 1; time <= 5; time++) {
    await vi.advanceTimersByTimeAsync(6000)
    expect(asked.filter(({ key }) => key === 1)).toHaveLength(time + 1)
    asked.at(-1)?.fail()
  }
  await vi.advanceTimersByTimeAsync(6000)
  expect(failures).toEqual(Array(6).fill('no 1'))
  asked.at(-1)?.answer(schema)
  await vi.advanceTimersByTimeAsync(1)
  expect(known.get(1)).toBeDefined()
})

test('what is not there is asked for again after a while', async () => {
  vi.useFakeTimers()
  const { known, asked } = setUp()
  known.want(9)
  asked[0].answer(undefined)
  await vi.advanceTimersByTimeAsync(1)
  expect(known.get(9)).toEqual({ key: 9, schema: undefined })
  await vi.advanceTimersByTimeAsync(31_000)
  expect(known.get(9)).toBeUndefined()
  known.want(9)
  asked[1].answer(schema)
  await vi.advanceTimersByTimeAsync(1)
  expect(known.get(9)).toEqual({ key: 9, schema })
})

test('no more than a few are asked for at a time', async () => {
  const { known, asked } = setUp()
  for (let key = 0; key < 50; key++) known.want(key)
  expect(asked).toHaveLength(8)
  asked[3].answer(schema)
  await vi.waitFor(() => expect(asked).toHaveLength(9))
})

test('nothing is asked any more once it has ended', async () => {
  vi.useFakeTimers()
  const { known, asked, end, failures } = setUp()
  known.want(1)
  end.abort()
  asked[0].fail()
  known.want(2)
  await vi.advanceTimersByTimeAsync(60_000)
  expect([asked.length, failures]).toEqual([1, []])
})
