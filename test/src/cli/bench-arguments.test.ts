import { describe, expect, test } from 'vitest'
import { BENCH_HELP, readBenchArguments } from '../../../src/cli/bench-arguments.ts'

describe('the arguments of millrace bench', () => {
  test('without any it measures the input once', () => {
    const expected = { tune: false, samples: false, json: false, rate: 1000, records: undefined }
    expect(readBenchArguments([])).toMatchObject(expected)
  })

  test('tuning takes three minutes, or as many as are given', () => {
    expect(readBenchArguments(['--tune']).minutes).toBe(3)
    expect(readBenchArguments(['--tune', '--minutes', '0.5']).minutes).toBe(0.5)
  })

  test.each([
    [['--minutes', '3'], '--minutes is for --tune'],
    [['--tune', '--minutes', '0'], '--minutes is a number above 0'],
    [['--tune', '--minutes', 'x'], '--minutes is a number above 0'],
    [['--records', '10'], '--records is a whole number, 1000 or more'],
    [['--rate', '0'], '--rate is a whole number, 1 or more'],
    [['fast'], 'fast']
  ])('%j is a mistake', (args, message) => {
    expect(() => readBenchArguments(args)).toThrow(message)
  })

  test('the help fits 80 columns and names every argument', () => {
    expect(BENCH_HELP.split('\n').filter(line => line.length > 80)).toEqual([])
    for (const name of ['tune', 'minutes', 'samples', 'records', 'rate', 'json'])
      expect(BENCH_HELP).toContain(`--${name}`)
  })
})
