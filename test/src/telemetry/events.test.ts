import { expect, test } from 'vitest'
import pipeline from '../../../pipelines/user-login/pipeline.ts'
import { Events, namesOf } from '../../../src/telemetry/events.ts'
import { Insights } from '../../../src/telemetry/insights.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'

const logins = (...partitions: number[]) => partitions.map(partition => ({ topic: 'logins', partition }))

test('partitions are named in ranges, by topic', () => {
  expect(namesOf([...logins(5, 0, 1, 2, 10), { topic: 'other', partition: 3 }])).toBe('logins/0-2,5,10 other/3')
  expect(namesOf(logins(9, 10))).toBe('logins/9-10')
  expect(namesOf([])).toBe('')
})

test('the last line of a run is what its ledgers add up to', () => {
  const lines: string[] = []
  const log = createLogger({ level: 'info', format: 'json', destination: { write: line => void lines.push(line) } })
  const tally = { processed: 5, filtered: 2, expired: 0, deadLetter: 1 }
  new Events(log, new Insights(pipeline)).ended({ consumed: 10, tally, abandoned: 2, inFlight: 0 })
  expect(JSON.parse(lines[0])).toMatchObject({ consumed: 10, ...tally, abandoned: 2, inFlight: 0 })
})
