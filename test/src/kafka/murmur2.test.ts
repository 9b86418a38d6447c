import { expect, test } from 'vitest'
import { murmur2 } from '../../../src/kafka/murmur2.ts'

const hash = (text: string) => murmur2(Buffer.from(text), 0, Buffer.byteLength(text))

test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
  ['', 275646681]
])('murmur2 of %j is what Java clients compute', (text, expected) => {
  expect(hash(text)).toBe(expected)
})

test('only the bytes between the two places count', () => {
  expect(murmur2(Buffer.from('xxfoobaryy'), 2, 8)).toBe(hash('foobar'))
})
