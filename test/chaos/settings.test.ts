import { expect, test } from 'vitest'
import { readChaosSettings } from './settings.ts'

test('without arguments it is the short form, for each way to deliver', () => {
  const runs = readChaosSettings({}, [])
  expect(runs.map(({ delivery }) => delivery)).toEqual(['at-least-once', 'exactly-once'])
  expect(runs[0]).toMatchObject({ brokers: 1, processors: 3, processorSettings: {} })
  expect(runs[0].kills * runs[0].terms * runs[0].bounces * runs[0].stopMs * runs[0].workerKills).toBeGreaterThan(0)
})

test('arguments are stronger than the environment, and what is not ours is for the processors', () => {
  const [run, ...others] = readChaosSettings({ RECORDS: '10', KILLS: '7', DELIVERY: 'exactly-once', LINGER_MS: '9' }, [
    'RECORDS=20',
    'BROKERS=3',
    'GROUP_PROTOCOL=consumer'
  ])
  expect(others).toEqual([])
  expect(run).toMatchObject({ delivery: 'exactly-once', records: 20, kills: 7, brokers: 3 })
  expect(run.processorSettings).toEqual({ GROUP_PROTOCOL: 'consumer' })
})

test.each([
  [{ RECORDS: '0' }, 'RECORDS is a whole number from 1 on, not "0"'],
  [{ KILLS: '-1' }, 'KILLS is a whole number from 0 on, not "-1"'],
  [{ SEED: 'x' }, 'SEED is a whole number'],
  [{ BROKERS: '2' }, 'BROKERS is 1 or 3, not 2'],
  [{ DELIVERY: 'at-most-once' }, 'DELIVERY is at-least-once or exactly-once, not "at-most-once"']
])('%o is refused', (environment, message) => {
  expect(() => readChaosSettings(environment, [])).toThrow(message)
})

test('an argument without a value is refused', () => {
  expect(() => readChaosSettings({}, ['records'])).toThrow('"records" is no setting: write NAME=value')
})
