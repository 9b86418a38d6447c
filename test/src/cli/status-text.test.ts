import { describe, expect, test } from 'vitest'
import { statusLines } from '../../../src/cli/status-text.ts'
import type { ProcessStatus } from '../../../src/control/protocol.ts'
import { partitionStatus, snapshot } from '../../fixtures/controlled.ts'

const status: ProcessStatus = {
  pid: 4242,
  pipeline: 'user-login',
  group: 'millrace-user-login',
  upMs: 3_725_000,
  snapshot,
  partitions: [partitionStatus, { ...partitionStatus, partition: 11, paused: true, frontier: undefined, endOffset: -1 }]
}

describe('the status', () => {
  test('says who it is, what became of the records, and how far each partition is', () => {
    expect(statusLines(status)).toEqual([
      'user-login · running · pid 4242 · group millrace-user-login · up 1 h 2 min',
      '  1,234 read = 1,000 processed + 10 filtered + 5 dead letters + 219 in flight',
      '  lag 12,345 in 2 partitions',
      '',
      'PARTITION  STATE     SETTLED   END  LAG  IN FLIGHT',
      'logins/0   assigned     1000  1500  500        219',
      'logins/11  paused          ?     ?    ?        219'
    ])
  })

  test('says what came lately, a line for what the pipeline counts by', () => {
    const top = Array.from({ length: 10 }, (_, index) => [`value-${index}`, 1000 - index] as const)
    const insights = {
      durationMs: 60_000,
      tally: snapshot.tally,
      reasons: {},
      topValues: [
        { dimension: 'device_type', top: [['android', 611] as const, ['\u202eios', 9] as const], other: 3 },
        { dimension: 'locale', top, other: 0 },
        { dimension: 'app_version', top: [], other: 0 }
      ],
      lateness: undefined
    }
    const lines = statusLines({ ...status, snapshot: { ...snapshot, insights } })
    expect(lines[3]).toBe('  device_type: android 611, \\u{202e}ios 9, other 3')
    expect(lines[4]).toMatch(/^ {2}locale: value-0 1,000, value-1 999, /)
    expect(lines[4].length).toBeLessThanOrEqual(80)
    expect(lines[5]).toBe('')
  })

  test('says what stands still and why', () => {
    const held = {
      topic: 'logins',
      partition: 3,
      deadLetters: 1000,
      records: 1000,
      firstOffset: 5,
      lastOffset: 1004,
      reasons: [['not-json', 1000] as const],
      parkedRecords: 2048
    }
    const lines = statusLines({
      ...status,
      partitions: [],
      snapshot: {
        ...snapshot,
        state: 'held',
        held,
        paused: [{ topic: 'logins', partition: 2 }],
        live: false,
        reasons: { invalid: 5, 'not-json': 1000 },
        trouble: 'connection refused'
      }
    })
    expect(lines.slice(3)).toEqual([
      '  dead letters: not-json 1,000, invalid 5',
      '  held for a flood of dead letters in logins/3, offsets 5 to 1004: 1000 of 1000 records (not-json 1000), and 2,048 ' +
        'records wait behind it',
      '  `millrace resume` lets them go on; a restart judges anew',
      '  paused: logins/2',
      '  no progress, though there are records to read (STALL_TIMEOUT_MS)',
      '  the Kafka client: connection refused'
    ])
  })

  test('has a table of at most 80 columns, whatever the topic and the offsets', () => {
    const wide = {
      ...partitionStatus,
      topic: 'a-topic-with-a-name.'.repeat(12),
      partition: 123,
      state: 'draining' as const,
      frontier: 9_007_199_254_740_000,
      endOffset: 9_007_199_254_740_991
    }
    const table = statusLines({ ...status, partitions: [partitionStatus, wide] }).slice(4)
    expect(Math.max(...table.map(line => line.length))).toBe(80)
    expect(table.at(-1)).toMatch(/^….*\/123 +draining/)
  })

  test('of a processor that has just started', () => {
    const nothing = { ...snapshot, consumed: 0, inFlight: 0, lag: 0, tally: { ...snapshot.tally } }
    for (const outcome of ['processed', 'filtered', 'deadLetter'] as const) nothing.tally[outcome] = 0
    expect(statusLines({ ...status, upMs: 900, partitions: [], snapshot: nothing })).toEqual([
      'user-login · running · pid 4242 · group millrace-user-login · up 0 s',
      '  0 read = nothing yet',
      '  lag 0 in 0 partitions'
    ])
  })
})
