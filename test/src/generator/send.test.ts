import { describe, expect, test } from 'vitest'
import type { BatchSource } from '../../../src/generator/batch-source.ts'
import { sendAll, type SendTerms } from '../../../src/generator/send.ts'
import { CollectingProducer } from './collected.ts'

/** Batches of these sizes, whose records are the numbers from 0 on. */
function sourceOf(...counts: readonly number[]) {
  let next = 0
  let first = 0
  const released: number[] = []
  const source: BatchSource = {
    next: async () => {
      if (next === counts.length) return undefined
      const batch = next++
      const begin = first
      first += counts[batch]
      return {
        count: counts[batch],
        send: (index, producer) =>
          producer.send({ key: null, value: Buffer.from(String(begin + index)), headers: [], timestampMs: 0 }),
        release: () => void released.push(batch)
      }
    },
    share: () => undefined,
    close: async () => undefined
  }
  return { source, released }
}

const fast = (terms: Partial<SendTerms> = {}): SendTerms => ({
  rate: 0,
  limit: Infinity,
  stop: new AbortController().signal,
  report: () => undefined,
  ...terms
})

const numbers = (count: number) => Array.from({ length: count }, (_, number) => String(number))

describe('sending', () => {
  test('hands over all there is, in order, each once, however often the client is full', async () => {
    let calls = 0
    const producer = new CollectingProducer(() => ++calls % 7 === 0)
    const { source, released } = sourceOf(10, 1, 0, 30)
    expect(await sendAll(source, producer.asProducer, fast())).toBe(41)
    expect(producer.records.map(({ value }) => value)).toEqual(numbers(41))
    expect(released).toEqual([0, 1, 2, 3])
  })

  test('ends at the limit', async () => {
    for (const limit of [0, 5, 10, 15]) {
      const producer = new CollectingProducer()
      expect(await sendAll(sourceOf(10, 10).source, producer.asProducer, fast({ limit }))).toBe(limit)
      expect(producer.records).toHaveLength(limit)
    }
  })

  test('keeps to the rate from the first record on', async () => {
    const producer = new CollectingProducer()
    const startMs = performance.now()
    await sendAll(sourceOf(100, 100).source, producer.asProducer, fast({ rate: 500 }))
    const tookMs = performance.now() - startMs
    expect(producer.records).toHaveLength(200)
    expect(tookMs).toBeGreaterThan(380)
  })

  test('stops when it is told to, in the midst of a batch that is not due', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 50)
    const sent = await sendAll(
      sourceOf(1000).source,
      new CollectingProducer().asProducer,
      fast({ rate: 100, stop: stop.signal })
    )
    expect(sent).toBeGreaterThan(0)
    expect(sent).toBeLessThan(100)
  })

  test('reports how many it has sent', async () => {
    const reports: number[] = []
    const report = (sent: number) => void reports.push(sent)
    await sendAll(sourceOf(3, 4).source, new CollectingProducer().asProducer, fast({ report }))
    expect(reports).toEqual([3, 7])
  })

  test('ends with the failure of the source or the client', async () => {
    const failing = { ...sourceOf(1).source, next: () => Promise.reject(new Error('no more')) }
    await expect(sendAll(failing, new CollectingProducer().asProducer, fast())).rejects.toThrow('no more')
    const refusing = new CollectingProducer(() => {
      throw new Error('refused')
    })
    await expect(sendAll(sourceOf(1).source, refusing.asProducer, fast())).rejects.toThrow('refused')
  })
})
