import { afterEach, describe, expect, test } from 'vitest'
import type { Onlooker } from '../../src/processor-options.ts'
import type { MetricsSource } from '../../src/telemetry/metrics-topic.ts'
import { closeStages, settledOf, stageWith, until } from '../fixtures/processor-stage.ts'

afterEach(closeStages)

function lookingOn(end: () => Promise<void> = () => Promise.resolve()) {
  const seen: string[] = []
  let source: MetricsSource | undefined
  const onlooker: Onlooker = {
    begin: begun => {
      source = begun
      seen.push(`begin ${begun.snapshot().state}`)
    },
    end: () => {
      const { state, tally, inFlight } = source?.snapshot() ?? {}
      seen.push(`end ${state} ${tally?.processed} ${inFlight}`)
      return end()
    }
  }
  return { onlooker, seen, latencies: () => source?.readLatencies() }
}

describe('who looks on', () => {
  test('begins with the processor and sees all that became of the records when it ends', async () => {
    const stage = stageWith(2)
    stage.put(500)
    const { onlooker, seen } = lookingOn()
    const { processor, run } = stage.start({}, undefined, onlooker)
    await until(() => settledOf(processor.snapshot()) === 500)
    processor.stop()
    expect(await run).toEqual({ drained: true })
    expect(seen).toEqual(['begin running', 'end stopped 500 0'])
  })

  test('and can not be closed has no say in how it ends', async () => {
    const stage = stageWith(1)
    stage.put(10)
    const { onlooker } = lookingOn(() => Promise.reject(new Error('the broker is silent')))
    const { processor, run, told } = stage.start({}, undefined, onlooker)
    await until(() => settledOf(processor.snapshot()) === 10)
    processor.stop()
    expect(await run).toEqual({ drained: true })
    expect([told, processor.unclosed]).toEqual([
      expect.arrayContaining(['something did not close: the broker is silent']),
      true
    ])
  })

  test('sees one that fails to its end', async () => {
    const stage = stageWith(1)
    const { onlooker, seen } = lookingOn()
    const { run, consumer, processor } = stage.start({}, undefined, onlooker)
    await until(() => processor.state === 'running')
    consumer.fail(-150, 'fenced')
    await expect(run).rejects.toThrow('fenced')
    expect(seen).toEqual(['begin running', 'end failed 0 0'])
  })

  test('has a reader of latencies of its own', async () => {
    const stage = stageWith(1)
    const { onlooker, latencies } = lookingOn()
    const { processor } = stage.start({}, undefined, onlooker)
    await until(() => processor.state === 'running')
    const reader = latencies()
    stage.put(100)
    await until(() => settledOf(processor.snapshot()) === 100)
    processor.latencyMs(50)
    expect(reader?.read().max).toBeGreaterThan(0)
  })
})
