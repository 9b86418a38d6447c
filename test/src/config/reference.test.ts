import { describe, expect, test } from 'vitest'
import { namedOptions, optionsFor } from '../../../src/config/options.ts'
import { environmentExample, helpText, referencePage } from '../../../src/config/reference.ts'
import { read, shout } from './shout-pipeline.ts'

const table = optionsFor(shout)
const names = namedOptions(table).map(([name]) => name)

describe.each([
  ['the help', helpText(table)],
  ['the reference page', referencePage(table)],
  ['the example file', environmentExample(table)]
])('%s', (_name, text) => {
  test.each(names)('has %s', name => {
    expect(text).toMatch(new RegExp(`\\b${name}\\b`))
  })

  test('says of a secret that a file may hold it', () => {
    expect(text.replaceAll(/\n[# ]*/g, ' ')).toContain('also read from the file that SASL_PASSWORD_FILE names')
  })
})

test('the help fits a terminal of 80 columns', () => {
  expect(
    helpText(table)
      .split('\n')
      .filter(line => line.length > 80)
  ).toEqual([])
})

test('the reference page says why every default is what it is', () => {
  const page = referencePage(table)
  for (const [name, option] of namedOptions(table)) expect(page, name).toContain(option.why)
})

test('the example file is comments only, and starts as it is with every line taken in', () => {
  const lines = environmentExample(table).split('\n')
  expect(lines.filter(line => line !== '' && !line.startsWith('#'))).toEqual([])
  const entries = lines.map(line => /^#([A-Z_]+)=(.*)$/.exec(line)).filter(entry => entry !== null)
  const written = Object.fromEntries(entries.map(([, name, value]) => [name, value]))
  expect(Object.keys(written).toSorted()).toEqual(names.toSorted())
  const defaults = namedOptions(table)
    .filter(([, option]) => option.default !== undefined)
    .map(([name]) => [name, written[name]])
  expect(read(Object.fromEntries(defaults)).problems).toEqual([])
})
