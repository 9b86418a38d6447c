import { describe, expect, test } from 'vitest'
import { scenarios } from '../../bench/scenarios.ts'
import { readBenchSettings } from '../../bench/settings.ts'

describe('the settings of the bench', () => {
  test('without any it measures Millrace on a Kafka of its own', () => {
    const settings = readBenchSettings({}, [])
    expect(settings).toMatchObject({ brokers: undefined, records: 500_000, runs: 3, rates: [1000, 20_000] })
    expect(settings.scenarios).toEqual(['throughput', 'latency'])
    expect(settings.programs.size).toBe(0)
    expect(settings.peers).toContain('kafkajs')
  })

  test('the environment changes them', () => {
    const environment = { BROKERS: 'kafka:9092', N: '1000', RUNS: '1', RATES: '50', LATENCY_SECONDS: '2' }
    const expected = { brokers: 'kafka:9092', records: 1000, runs: 1, rates: [50], latencySeconds: 2 }
    expect(readBenchSettings(environment, [])).toMatchObject(expected)
  })

  test('arguments name scenarios, in any number, and all is all of them', () => {
    expect(readBenchSettings({}, ['headers', 'partitions']).scenarios).toEqual(['headers', 'partitions'])
    expect(readBenchSettings({}, ['all']).scenarios).toEqual(Object.keys(scenarios))
    expect(() => readBenchSettings({}, ['header'])).toThrow('there is no scenario "header", but throughput')
  })

  test('peers can be chosen, or left out', () => {
    expect(readBenchSettings({ PEERS: 'none' }, []).peers).toEqual([])
    expect(readBenchSettings({ PEERS: 'kafkajs' }, []).peers).toEqual(['kafkajs'])
    expect(() => readBenchSettings({ PEERS: 'kafkaj' }, [])).toThrow('there is no peer "kafkaj"')
  })

  test('arguments are further programs, whose commands may hold anything', () => {
    const { programs } = readBenchSettings({}, ['other=java -cp a=b Main'])
    expect(programs.get('other')).toBe('java -cp a=b Main')
    expect([...programs.keys()]).toEqual(['other'])
  })

  test('a program without a name is refused', () => {
    expect(() => readBenchSettings({}, ['./other=x'])).toThrow('"./other=x" is no program: write name=command')
  })

  test.each(['0', '-1', '1.5', 'many'])('N=%s is refused, and the message names it', text => {
    expect(() => readBenchSettings({ N: text }, [])).toThrow('N is a whole number from 1 on')
  })
})
