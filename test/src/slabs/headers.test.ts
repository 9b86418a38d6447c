import fc from 'fast-check'
import { expect, test } from 'vitest'
import { headerSize, headersSize, readHeaders, writeHeader } from '../../../src/slabs/headers.ts'
import { headers } from '../../fixtures/records.ts'

test('headers come back as they were written, and take the bytes that were foretold', () => {
  fc.assert(
    fc.property(headers, fc.nat(20), (written, start) => {
      const bytes = Buffer.alloc(start + headersSize(written))
      let at = start
      for (const { name, value } of written) at = writeHeader(bytes, at, name, value)
      expect(at).toBe(bytes.length)
      expect(readHeaders(bytes, start, at)).toEqual(written)
    })
  )
})

test('equal names stay apart and in order', () => {
  const bytes = Buffer.alloc(100)
  const end = writeHeader(bytes, writeHeader(bytes, 0, 'a', Buffer.from('1')), 'a', Buffer.from('2'))
  expect(readHeaders(bytes, 0, end).map(({ value }) => String(value))).toEqual(['1', '2'])
})

test('a name counts by its bytes of UTF-8', () => {
  expect(headersSize([{ name: 'größe', value: Buffer.from('x') }])).toBe(headerSize(7, 1))
})
