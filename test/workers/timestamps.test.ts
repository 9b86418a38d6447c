import fc from 'fast-check'
import { expect, test } from 'vitest'
import { acceptedTimestamp, MAX_AHEAD_MS } from '../../workers/timestamps.ts'

const NOW_MS = 1_700_000_000_000

test('whatever is wanted, brokers take what comes out, and nothing is lost of what was refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.maxSafeNat(),
        fc.integer(),
        fc.nat(10_000).map(ahead => NOW_MS + MAX_AHEAD_MS - 5000 + ahead)
      ),
      wantedMs => {
        const { timestampMs, headers } = acceptedTimestamp(wantedMs, NOW_MS)
        expect(timestampMs).toBeGreaterThanOrEqual(0)
        expect(timestampMs).toBeLessThanOrEqual(NOW_MS + MAX_AHEAD_MS)
        const kept = headers.map(({ name, value }) => `${name} ${String(value)}`)
        const refused = wantedMs > NOW_MS + MAX_AHEAD_MS
        expect(kept).toEqual(refused ? [`millrace.original.timestamp ${wantedMs}`] : [])
        if (!refused && wantedMs >= 0) expect(timestampMs).toBe(wantedMs)
        else expect(timestampMs).toBe(NOW_MS)
      }
    )
  )
})
