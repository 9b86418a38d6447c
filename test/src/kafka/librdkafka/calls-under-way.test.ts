import { afterEach, describe, expect, test, vi } from 'vitest'
import { CallsUnderWay } from '../../../../src/kafka/librdkafka/calls-under-way.ts'

describe('calls under way', () => {
  afterEach(() => void vi.useRealTimers())

  test('closing waits for each of them, whatever comes of it, and lets none begin', async () => {
    const calls = new CallsUnderWay()
    const [good, bad] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()]
    const running = [calls.run(() => good.promise), calls.run(() => bad.promise)]
    let closed = false
    const closing = calls.close('client', 1_000).then(() => (closed = true))
    await expect(calls.run(async () => 1)).rejects.toMatchObject({ code: -172 })
    bad.reject(new Error('it failed'))
    await expect(running[1]).rejects.toThrow('it failed')
    expect(closed).toBe(false)
    good.resolve(7)
    expect(await running[0]).toBe(7)
    await closing
    expect(calls.closed).toBe(true)
  })

  test('one that does not end is named after a while', async () => {
    vi.useFakeTimers()
    const calls = new CallsUnderWay()
    void calls.run(() => new Promise(() => undefined))
    const [outcome] = await Promise.all([
      calls.close('consumer', 1_000).catch((error: Error) => error),
      vi.advanceTimersByTimeAsync(1_000)
    ])
    expect(outcome).toMatchObject({ code: -185, message: expect.stringContaining('consumer') })
  })
})
