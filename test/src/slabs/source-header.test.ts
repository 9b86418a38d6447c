import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readHeaders } from '../../../src/slabs/headers.ts'
import {
  completeSourceHeader,
  parseSource,
  SOURCE_HEADER,
  sourceHeaderSize,
  writeSourceHeader
} from '../../../src/slabs/source-header.ts'

const topic = fc.stringMatching(/^[a-zA-Z0-9._-]{1,249}$/)
const source = fc
  .record({
    topic,
    partition: fc.nat(),
    offset: fc.maxSafeNat(),
    row: fc.integer({ min: 1, max: 9999 }),
    more: fc.nat(200_000)
  })
  .map(({ more, ...place }) => Object.assign(place, { rows: place.row + more }))

test('what was written and completed reads back as the last header, whatever stands before it', () => {
  fc.assert(
    fc.property(source, fc.nat(20), (from, start) => {
      const place = `${from.topic}/${from.partition}/${from.offset}`
      const bytes = Buffer.alloc(start + sourceHeaderSize(place, from.row))
      const end = writeSourceHeader(bytes, start, place, from.row)
      expect(end).toBe(bytes.length)
      const spare = completeSourceHeader(bytes, end, place.length, from.row, from.rows)
      const [{ name, value }, ...more] = readHeaders(bytes, start, end - spare)
      expect([name, more]).toEqual([SOURCE_HEADER, []])
      expect(value.toString()).toBe(`${place}/${from.row}/${from.rows}`)
      expect(parseSource(value)).toEqual(from)
    })
  )
})

test.for([
  '',
  'logins/0/1/1',
  'logins/0/1/1/1/1',
  'logins/-1/1/1/1',
  'logins/0/1/0/1',
  'logins/0/1/2/1',
  'logins/0/9007199254740992/1/1',
  'log/ins/0/1/1/1',
  'logins/0/1/1/1\n',
  'lögins/0/1/1/1'
])('%j is none of ours', text => {
  expect(parseSource(Buffer.from(text))).toBeUndefined()
})
