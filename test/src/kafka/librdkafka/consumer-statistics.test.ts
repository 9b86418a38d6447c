import { describe, expect, test } from 'vitest'
import { ConsumerStatistics } from '../../../../src/kafka/librdkafka/consumer-statistics.ts'

const statistics = (states: readonly string[], ls_offset: number) => ({
  message: JSON.stringify({
    brokers: Object.fromEntries(states.map((state, broker) => [`broker/${broker}`, { state }])),
    topics: { t: { partitions: { 0: { ls_offset }, 1: { ls_offset: -1001 } } } }
  })
})

describe('ConsumerStatistics', () => {
  test('before the first ones brokers count as reachable, and no offset is known', () => {
    const seen = new ConsumerStatistics()
    expect([seen.reachable, seen.stableOffset({ topic: 't', partition: 0 })]).toEqual([true, -1])
  })

  test('the latest ones count; what they do not know is -1', () => {
    const seen = new ConsumerStatistics()
    seen.onStatistics(statistics(['UP'], 5))
    expect(seen.stableOffset({ topic: 't', partition: 0 })).toBe(5)
    seen.onStatistics(statistics(['UP'], 6))
    expect([0, 1, 2].map(partition => seen.stableOffset({ topic: 't', partition }))).toEqual([6, -1, -1])
    expect(seen.stableOffset({ topic: 'other', partition: 0 })).toBe(-1)
  })

  test('one broker that is up is enough', () => {
    const seen = new ConsumerStatistics()
    seen.onStatistics(statistics(['DOWN', 'TRY_CONNECT'], 5))
    expect(seen.reachable).toBe(false)
    seen.onStatistics(statistics(['INIT', 'UP'], 5))
    expect(seen.reachable).toBe(true)
  })

  test('a client that could not connect reaches nobody', () => {
    const seen = new ConsumerStatistics()
    seen.unreachable()
    expect([seen.reachable, seen.stableOffset({ topic: 't', partition: 0 })]).toEqual([false, -1])
  })
})
