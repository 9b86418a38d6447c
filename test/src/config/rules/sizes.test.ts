import { describe, expect, test } from 'vitest'
import { shapeOf } from '../../../../src/slabs/layout.ts'
import { mistakes } from '../shout-pipeline.ts'

/** Each rule: the mistake it stops, values just inside it, values just outside. */
const limits = [
  {
    stops: 'a slab is all columns and has no room for a record',
    fits: { SLAB_BYTES: '131072', SLAB_RECORDS: '512' },
    breaks: { SLAB_BYTES: '131071', SLAB_RECORDS: '512' },
    message: 'SLAB_BYTES, SLAB_RECORDS: a slab needs 256 bytes for each record'
  },
  {
    stops: 'one slab is all there is, and workers wait while it is filled',
    fits: { MAX_IN_FLIGHT_RECORDS: '2048' },
    breaks: { MAX_IN_FLIGHT_RECORDS: '2047' },
    message: 'MAX_IN_FLIGHT_RECORDS, SLAB_RECORDS: there must be room for two slabs'
  },
  {
    stops: 'the largest record fills more than the whole fetch queue',
    fits: { FETCH_QUEUE_BYTES: '4194304' },
    breaks: { FETCH_QUEUE_BYTES: '4194303' },
    message: 'FETCH_QUEUE_BYTES, MAX_RECORD_BYTES: the queue must have room'
  },
  {
    stops: 'a broker holds back answers for more than the queue takes',
    fits: { FETCH_MIN_BYTES: '4194304', FETCH_QUEUE_BYTES: '4194304' },
    breaks: { FETCH_MIN_BYTES: '4194305', FETCH_QUEUE_BYTES: '4194304' },
    message: 'FETCH_MIN_BYTES, FETCH_QUEUE_BYTES: a fetch that brings more'
  }
]

describe.each(limits)('stopped: $stops', ({ fits, breaks, message }) => {
  test('the last value that fits is taken', () => {
    expect(mistakes(fits)).toBe('')
  })

  test('the first that does not is refused, with the settings to change', () => {
    expect(mistakes(breaks)).toContain(message)
  })
})

test.each([1, 2, 16, 512, 65_536])('a slab of %i records that the rules allow can be laid out', records => {
  expect(() => shapeOf(records, Math.max(4096, records * 256))).not.toThrow()
})
