import { expect, test } from 'vitest'
import { print } from '../../../src/cli/print.ts'

function printed(text: string, columns?: number): string[] {
  let output = ''
  const out = { isTTY: columns !== undefined, columns, write: (part: string) => (output += part) }
  print(text, out as unknown as NodeJS.WriteStream)
  return output.split('\n').slice(0, -1)
}

test('a line is broken between words where the terminal ends, and goes on indented', () => {
  expect(printed('one two three four', 10)).toEqual(['one two', '  three', '  four'])
})

test('no line is longer than the terminal is wide, unless a word is', () => {
  const lines = printed('a topic-with-a-name-that-is-longer-than-the-line and more words to come after it', 20)
  expect(lines.filter(line => line.length > 20)).toEqual(['  topic-with-a-name-that-is-longer-than-the-line'])
})

test('blanks that align columns stay', () => {
  expect(printed('  make show      the last results')).toEqual(['  make show      the last results'])
})

test('an empty line stays one', () => {
  expect(printed('')).toEqual([''])
})
