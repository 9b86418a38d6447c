import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Header } from '../../../src/slabs/layout.ts'
import { readRow } from '../../../src/slabs/reader.ts'
import { RowWriter } from '../../../src/slabs/rows.ts'
import { Slab } from '../../../src/slabs/slab.ts'
import { SlabWriter } from '../../../src/slabs/writer.ts'
import { bytes, headers, record, recordContent } from '../../fixtures/records.ts'
import type { IncomingRecord } from '../../../src/slabs/writer.ts'

function slabWith(records: readonly IncomingRecord[], outputBytes: number, rows = 20): Slab {
  const slab = Slab.allocate({ records: 20, rows, inputBytes: 20_000, outputBytes })
  const writer = new SlabWriter(slab, 1_000_000)
  for (const one of records) writer.append(1, one)
  return slab
}

const text = fc.string({ unit: 'binary', maxLength: 60 })

interface PlannedRow {
  output: number
  timestampMs: number
  value: string | null | undefined
  key: Buffer | string | null | undefined
  passed: boolean
  appended: { name: string; value: Buffer }[]
}

/** What the rows of a record name as their source; nothing where they are not to. */
const place = fc.constantFrom('', 't/0/7', 'logins/11/9007199254740991')

const plannedRow: fc.Arbitrary<PlannedRow> = fc.record({
  output: fc.nat(3),
  timestampMs: fc.maxSafeNat(),
  value: fc.option(fc.option(text, { nil: null }), { nil: undefined }),
  key: fc.option(fc.option(fc.oneof(bytes(), text), { nil: null }), { nil: undefined }),
  passed: fc.boolean(),
  appended: headers
})

const plannedRecord = fc.record({
  content: recordContent,
  rows: fc.array(plannedRow, { maxLength: 4 }),
  source: place,
  kept: fc.boolean()
})

function write(writer: RowWriter, row: PlannedRow, source = ''): void {
  writer.open(row.output, row.timestampMs)
  if (row.value === null) writer.setNullValue()
  else if (row.value !== undefined) writer.setValue(row.value)
  if (row.key !== undefined) writer.setKey(row.key)
  writer.setHeaders(row.passed, row.appended, source)
}

/** What a row must read as: what was not set is the record's. */
function expected(index: number, from: IncomingRecord, row: PlannedRow, sourceHeaders: PlannedRow['appended'] = []) {
  const asBytes = (content: Uint8Array | string | null) =>
    typeof content === 'string' ? Buffer.from(content) : content
  return {
    output: row.output,
    record: index,
    timestampMs: row.timestampMs,
    key: asBytes(row.key === undefined ? from.key : row.key),
    value: asBytes(row.value === undefined ? from.value : row.value),
    headers: [...(row.passed ? from.headers : []), ...row.appended, ...sourceHeaders]
  }
}

const readRows = (slab: Slab) => Array.from({ length: slab.rows }, (_, row) => readRow(slab, row))

describe('RowWriter', () => {
  test('kept rows read as they were written, dropped ones and those that did not fit leave nothing', () => {
    fc.assert(
      fc.property(fc.array(plannedRecord, { maxLength: 8 }), fc.nat(1500), (planned, outputBytes) => {
        const records = planned.map(({ content }, offset) => record({ ...content, offset }))
        const slab = slabWith(records, outputBytes)
        const beyond = slab.bytes.subarray(slab.places.output + outputBytes)
        const writer = new RowWriter(slab)
        const wanted: unknown[] = []
        planned.forEach(({ rows, source, kept }, index) => {
          writer.begin(index)
          for (const row of rows) write(writer, row, source)
          if (!kept || writer.overflowed) return writer.drop()
          expect(writer.rowsOfRecord).toBe(rows.length)
          writer.keep()
          const sourceOf = (row: number) => ({
            name: 'millrace.source',
            value: Buffer.from(`${source}/${row + 1}/${rows.length}`)
          })
          const ofSource = (row: number) => (source === '' ? [] : [sourceOf(row)])
          wanted.push(...rows.map((row, number) => expected(index, records[index], row, ofSource(number))))
        })
        expect(readRows(slab)).toEqual(wanted)
        expect([...beyond].every(byte => byte === 0)).toBe(true)
      })
    )
  })

  test('text that just fits is written, one byte less of room and it is not', () => {
    fc.assert(
      fc.property(
        text.filter(text => text !== ''),
        text => {
          const sizeBytes = Buffer.byteLength(text)
          for (const room of [sizeBytes, sizeBytes - 1]) {
            const slab = slabWith([record()], room)
            const writer = new RowWriter(slab)
            writer.begin(0)
            writer.open(0, 0)
            writer.setValue(text)
            expect(writer.overflowed).toBe(room < sizeBytes)
          }
        }
      )
    )
  })

  test('a record with more rows than there are left overflows, and the next one starts clean', () => {
    const slab = slabWith([record(), record({ offset: 1 })], 100, 2)
    const writer = new RowWriter(slab)
    writer.begin(0)
    for (let row = 0; row < 3; row++) writer.open(0, 0)
    expect(writer.overflowed).toBe(true)
    writer.begin(1)
    expect([writer.overflowed, writer.rowsOfRecord]).toEqual([false, 0])
    for (let row = 0; row < 2; row++) writer.open(0, 0)
    expect([writer.overflowed, writer.rowsOfRecord]).toEqual([false, 2])
  })

  test('rowBytes counts key, value and headers of the last row', () => {
    const slab = slabWith(
      [record({ key: Buffer.from('four'), value: 'value', headers: [{ name: 'n', value: Buffer.from('v') }] })],
      100
    )
    const writer = new RowWriter(slab)
    writer.begin(0)
    writer.open(0, 0)
    expect(writer.rowBytes).toBe(4 + 5 + 10)
    writer.setKey(null)
    writer.setNullValue()
    expect(writer.rowBytes).toBe(10)
    writer.setHeaders(false, [])
    expect(writer.rowBytes).toBe(0)
  })

  test('a second writer goes on where the first one ended', () => {
    const slab = slabWith([record()], 100)
    for (const value of ['one', 'two']) {
      const writer = new RowWriter(slab)
      writer.begin(0)
      writer.open(0, 0)
      writer.setValue(value)
      writer.keep()
    }
    expect(readRows(slab).map(({ value }) => String(value))).toEqual(['one', 'two'])
    expect(slab.header[Header.OUTPUT_END]).toBe(slab.places.output + 6)
  })

  test('a key or a header value that is not bytes is refused before it can spoil the arena', () => {
    const slab = slabWith([record()], 100)
    const writer = new RowWriter(slab)
    writer.begin(0)
    writer.open(0, 0)
    expect(() => writer.setKey(5 as never)).toThrow(TypeError)
    expect(() => writer.setHeaders(true, [{ name: 'n', value: 5 as never }])).toThrow(TypeError)
    writer.keep()
    expect(slab.header[Header.OUTPUT_END]).toBe(slab.places.output)
  })
})
