import { describe, expect, test } from 'vitest'
import { createSampleGenerator, type Sample, type SampleSettings } from '../../../pipelines/user-login/samples.ts'
import { SampleBatches } from '../../../src/generator/sample-batches.ts'
import { collect, type Collected } from './collected.ts'

const everything: SampleSettings = {
  seed: 5,
  startTimeMs: 1_700_000_000_000,
  shares: {
    large: 0.004,
    'many-headers': 0.01,
    'too-deep': 0.05,
    'null-value': 0.1,
    'no-key': 0.1,
    'empty-value': 0.05,
    old: 0.1
  }
}

function textOf({ key, value, timestampMs, headers }: Sample): Collected {
  return {
    key: key && key.toString('latin1'),
    value: value && value.toString('latin1'),
    timestampMs,
    headers: headers.map(header => `${header.name}=${Buffer.from(header.value).toString('latin1')}`)
  }
}

function expected(settings: SampleSettings, count: number): Collected[] {
  const samples = createSampleGenerator(settings)
  return Array.from({ length: count }, (_, number) => textOf(samples.at(number)))
}

describe('samples that a thread has made', () => {
  test('are those that the generator makes, in order, be they small, large, spoiled or without a key', async () => {
    const collected = await collect(new SampleBatches({ settings: everything }, 3000))
    expect(collected.length).toBe(3000)
    // One by one: a difference in one of them should not print all of them.
    for (const [number, sample] of expected(everything, 3000).entries()) expect(collected[number]).toEqual(sample)
  })

  test.each([0, 1, 1023, 1024, 1025, 9000])('are %d if so many are asked for', async count => {
    const settings = { seed: 1 }
    const collected = await collect(new SampleBatches({ settings }, count))
    expect(collected.map(({ headers }) => headers[0])).toEqual(
      Array.from({ length: count }, (_, number) => `sample=${number}`)
    )
  })

  test('carry no number where that is off', async () => {
    const settings = { ...everything, numbered: false }
    expect(await collect(new SampleBatches({ settings }, 300))).toEqual(expected(settings, 300))
  })

  test('come without an end where there is none, and a source that is closed is done', async () => {
    const source = new SampleBatches({ settings: { seed: 1 } }, Infinity)
    for (let batch = 0; batch < 20; batch++) {
      const ready = await source.next()
      expect(ready?.count).toBe(1024)
      ready?.release()
    }
    expect(source.share()).toBeUndefined()
    await source.close()
  })

  test('say what share of them there is', async () => {
    const source = new SampleBatches({ settings: { seed: 1 } }, 4096)
    expect(source.share()).toBe(0)
    await source.next()
    expect(source.share()).toBe(0.25)
    await source.close()
  })

  test('that the thread can not make fail with its reason', async () => {
    // What is looked at first is the main thread's; the copy is the thread's.
    let looks = 0
    const settings = {
      seed: 1,
      get shares() {
        return looks++ === 0 ? {} : { nonsense: 1 }
      }
    } as SampleSettings
    const source = new SampleBatches({ settings }, 10)
    await expect(source.next()).rejects.toThrow('not of kind nonsense')
    await source.close()
  })
})
