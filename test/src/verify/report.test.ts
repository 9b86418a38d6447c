import { describe, expect, test } from 'vitest'
import { reportOf } from '../../../src/verify/report.ts'
import type { VerifyResult } from '../../../src/verify/result.ts'

const none = { records: 0, at: [], more: 0 }
const clean: VerifyResult = {
  verdict: 'clean',
  group: 'logins',
  inputs: [0, 1, 2].map(partition => ({ topic: 'in', partition, from: 0, to: 400 })),
  outputs: [{ topic: 'out', partition: 0, from: 0, to: 1100, kind: 'processed' }],
  records: 1200,
  rows: 1100,
  outcomes: { processed: 1000, filtered: 150, expired: 0, deadLetter: 50 },
  traceless: { processed: 0, filtered: 100, expired: 0, deadLetter: 0 },
  lost: none,
  incomplete: none,
  duplicated: { ...none, allowed: false },
  disordered: { records: 0, at: [] },
  differing: none,
  unsure: none,
  notes: []
}
const at = (first: number, last: number, detail?: string) => ({
  topic: 'in',
  partition: 1,
  first,
  last,
  ...(detail !== undefined && { detail })
})

test('of a clean run is the sum of its outcomes', () => {
  expect(reportOf(clean)).toEqual([
    '1,200 records of in (3 partitions), group logins',
    '       1,000  processed',
    '         150  filtered, 100 of them without a trace',
    '           0  expired',
    '          50  dead letters',
    '✔ every record has its outcome, once and in order'
  ])
})

describe('of a run with findings', () => {
  const found: VerifyResult = {
    ...clean,
    verdict: 'findings',
    outcomes: { ...clean.outcomes, processed: 994 },
    lost: { records: 4, at: [at(7, 9), at(20, 20)], more: 0 },
    incomplete: { records: 1, at: [at(40, 40, '2 of 3 rows')], more: 0 },
    differing: { records: 1, at: [at(50, 50, 'processed and dead-letter')], more: 0 },
    duplicated: { records: 2000, at: [at(60, 61)], more: 1998, allowed: true },
    disordered: {
      records: 2,
      at: [
        { topic: 'in', partition: 2, offset: 3, row: 1, after: 5, output: { topic: 'out', partition: 0, offset: 77 } }
      ]
    },
    unsure: { records: 1, at: [at(0, 0)], more: 0 },
    notes: ['something to know']
  }

  test('it tells where they are', () => {
    expect(reportOf(found).slice(5)).toEqual([
      '           4  lost',
      '           1  with several outcomes or places',
      '           1  of which nothing can be said',
      '✘ 4 records lost',
      '    in/1 offset 7 to 9',
      '    in/1 offset 20',
      '✘ 1 record incomplete',
      '    in/1 offset 40: 2 of 3 rows',
      '✘ 1 record with several outcomes or places',
      '    in/1 offset 50: processed and dead-letter',
      '✘ 2 records out of order',
      '    in/2 offset 3 comes after 5: out/0 offset 77',
      '! 2,000 records more than once',
      '    in/1 offset 60 to 61',
      '    and 1,998 more',
      '? 1 record that can not be judged',
      '    in/1 offset 0',
      '! something to know',
      '✘ what came out is not what went in'
    ])
  })

  test('and the outcomes add up to the records', () => {
    const counts = reportOf(found).flatMap(line => /^ +([\d,]+) {2}\D/.exec(line)?.[1] ?? [])
    expect(counts.reduce((sum, count) => sum + Number(count.replace(',', '')), 0)).toBe(found.records)
  })
})
