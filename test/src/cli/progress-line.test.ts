import { expect, test } from 'vitest'
import { grouped, ProgressLine, sparkline } from '../../../src/cli/progress-line.ts'

function terminal(columns: number | undefined) {
  let output = ''
  const out = { isTTY: columns !== undefined, columns, write: (part: string) => (output += part) }
  return { line: new ProgressLine(out as unknown as NodeJS.WriteStream), output: () => output }
}

test('on a terminal the line is written over, and what does not fit is left out from the end', () => {
  const { line, output } = terminal(24)
  line.show('1,000/s', 'lag 7', 'processed 12,345')
  expect(output()).toBe('\r\x1b[K 1,000/s  lag 7')
})

test('ending it with a text leaves only that', () => {
  const { line, output } = terminal(80)
  line.show('half way')
  line.end('✔ done')
  expect(output().endsWith('\r\x1b[K✔ done\n')).toBe(true)
})

test('where there is no terminal, lines are whole and not many', () => {
  const { line, output } = terminal(undefined)
  line.show('a', 'b')
  line.show('c', 'd')
  expect(output()).toMatch(/^( {2}a {2}b\n)?$/)
})

test('numbers are grouped by thousands', () => {
  expect([0, 999.6, 1_234_567].map(grouped)).toEqual(['0', '1,000', '1,234,567'])
})

test('bars are as high as their values, and none stands for nothing', () => {
  expect(sparkline([0, 50, 100])).toBe('▁▄█')
  expect(sparkline([0, 0])).toBe('▁▁')
  expect(sparkline([])).toBe('')
})
