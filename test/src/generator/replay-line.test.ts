import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readReplayLine } from '../../../src/generator/replay-line.ts'

const read = (line: string) => {
  const { key, value } = readReplayLine(Buffer.from(line))
  return [key === null ? null : String(key), String(value)]
}

test.each([
  ['{"user_id":"a"}', ['a', '{"user_id":"a"}']],
  ['{"user_id":\t"é"}', ['é', '{"user_id":\t"é"}']],
  ['{"user_id":7}', [null, '{"user_id":7}']],
  ['{"ip":"1.2.3.4"}', [null, '{"ip":"1.2.3.4"}']],
  ['{"user_id":"a"', [null, '{"user_id":"a"']],
  ['k\t{"user_id":"a"}', ['k', '{"user_id":"a"}']],
  ['k\ta\tb', ['k', 'a\tb']],
  ['k\t', ['k', '']],
  ['\tvalue', [null, 'value']],
  ['no tab', [null, 'no tab']],
  ['[1]', [null, '[1]']]
])('%j', (line, expected) => {
  expect(read(line)).toEqual(expected)
})

test('whatever a line is, its bytes are passed as they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), bytes => {
      const line = Buffer.from(bytes)
      const { key, value } = readReplayLine(line)
      const isWhole = value.length === line.length
      expect(isWhole || (key?.length ?? 0) + 1 + value.length === line.length).toBe(true)
      expect(line.subarray(line.length - value.length).equals(value)).toBe(true)
    })
  )
})
