import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineSplitter } from '../../../src/generator/line-splitter.ts'

function split(file: Buffer, cuts: readonly number[], bytesAtMost = 1000): string[] {
  const splitter = new LineSplitter(bytesAtMost)
  const places = [0, ...cuts.map(cut => cut % (file.length + 1)).sort((a, b) => a - b), file.length]
  const lines: Buffer[] = []
  for (const [piece, end] of places.slice(1).entries()) lines.push(...splitter.push(file.subarray(places[piece], end)))
  const last = splitter.end()
  if (last !== undefined) lines.push(last)
  return lines.map(line => line.toString('latin1'))
}

test('lines are the same whatever pieces the file comes in, byte for byte', () => {
  const byte = fc.constantFrom(0x0a, 0x0a, 0x0d, 0x09, 0x00, 0x61, 0xff)
  fc.assert(
    fc.property(fc.uint8Array({ max: 255 }), fc.array(byte), fc.array(fc.nat()), (any, lines, cuts) => {
      const file = Buffer.from([...lines, ...any])
      const expected = file.toString('latin1').split('\n')
      if (expected.at(-1) === '') expected.pop()
      expect(split(file, cuts)).toEqual(expected)
    })
  )
})

test('a line that is too long is named by its number, and not kept until its end comes', () => {
  expect(() => split(Buffer.from('a\nbb\nccccc'), [6, 7, 8], 3)).toThrow('line 3 is longer than 3 bytes')
  expect(split(Buffer.from('aaa\nbbb'), [2], 3)).toEqual(['aaa', 'bbb'])
})
