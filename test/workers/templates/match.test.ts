import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileLayout } from '../../../workers/templates/compile-layout.ts'
import { learnLayout } from '../../../workers/templates/learn-layout.ts'
import { ShortStrings } from '../../../workers/templates/short-strings.ts'
import { jsonTestSuite } from '../../corpus/json-test-suite.ts'
import { jsonTexts } from '../../corpus/json-texts.ts'
import { soundLogin } from '../../corpus/bad-records.ts'
import { anyValue, blanks, countOpen, learnableLayout, simpleValue, writeLayout } from '../../fixtures/json-layouts.ts'
import { watchedView } from '../../fixtures/watched-view.ts'

/** Matches texts that stand in shared memory between other bytes, and reads nothing of those. */
function matcherOf(learned: Buffer) {
  const layout = learnLayout(learned, 0, learned.length)
  if (layout === undefined) throw new Error('the text was not learned')
  const match = compileLayout(layout, new ShortStrings())
  return (text: Buffer, before = 'x', after = '') => {
    const memory = Buffer.from(new SharedArrayBuffer(before.length + text.length + after.length))
    memory.write(before)
    text.copy(memory, before.length)
    memory.write(after, before.length + text.length)
    const end = before.length + text.length
    return match(watchedView(memory, before.length, end), memory, before.length, end)
  }
}

/** Strict decoding, and JSON.parse; undefined where one of them fails. */
function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text))
  } catch {
    return undefined
  }
}

/** With prototypes, -0, and the order of all keys. */
function expectSame(value: unknown, text: Buffer): void {
  expect(isDeepStrictEqual(value, parsed(text))).toBe(true)
  expect(JSON.stringify(value)).toBe(JSON.stringify(parsed(text)))
}

function expectSameOrNothing(value: unknown, text: Buffer): void {
  if (value !== undefined) expectSame(value, text)
}

function replaced(values: readonly string[], at: number, value: string): readonly string[] {
  return values.map((each, place) => (place === at % values.length ? value : each))
}

const sound = Buffer.from(JSON.stringify(soundLogin))

test('a text of the learned layout is what JSON.parse makes of it, whatever simple values it has', () => {
  const texts = learnableLayout.chain(layout => {
    const open = countOpen(layout)
    const values = fc.array(simpleValue, { minLength: open, maxLength: open })
    return fc.tuple(values, values, blanks).map(([first, second, between]) => ({
      learned: writeLayout(layout, first, between),
      text: writeLayout(layout, second, between)
    }))
  })
  fc.assert(
    fc.property(texts, ({ learned, text }) => {
      const match = matcherOf(learned)
      expectSame(match(text), text)
      expectSame(match(learned, '{"a":', '}'), learned)
    }),
    { numRuns: 400 }
  )
})

test('with any value, or what only looks like one, it is that or nothing', () => {
  const texts = learnableLayout.chain(layout => {
    const open = countOpen(layout)
    const simple = fc.array(simpleValue, { minLength: open, maxLength: open })
    return fc.tuple(simple, fc.nat(), anyValue, blanks).map(([values, at, value, between]) => ({
      learned: writeLayout(layout, values, between),
      text: writeLayout(layout, replaced(values, at, value), between)
    }))
  })
  fc.assert(
    fc.property(texts, ({ learned, text }) => {
      expectSameOrNothing(matcherOf(learned)(text), text)
    }),
    { numRuns: 800 }
  )
})

describe('a byte that is wrong', () => {
  const bytes = Buffer.from('{}[]",:\\ \n\0\x1f\x7f019-.eEtfnua\x80\xc3\xff', 'latin1')
  const nested = Buffer.from('{"a": {"b": [1, "x", null]},\n"c": -12.5e3, "d": true}\n')

  /** Every text that differs from this one in one place. */
  function* mutants(text: Buffer): Generator<Buffer> {
    for (let at = 0; at <= text.length; at++) {
      const [before, after] = [text.subarray(0, at), text.subarray(at)]
      yield before
      yield Buffer.concat([before, after.subarray(1)])
      yield Buffer.concat([before, after.subarray(0, 1), after])
      for (const byte of bytes) {
        yield Buffer.concat([before, Buffer.of(byte), after])
        yield Buffer.concat([before, Buffer.of(byte), after.subarray(1)])
      }
    }
  }

  test.each([
    ['a login', sound],
    ['a nested record', nested]
  ])('in %s, put in, left out, repeated or changed: what matches is what JSON.parse makes of it', (_, text) => {
    const match = matcherOf(text)
    const wrong: string[] = []
    let matches = 0
    for (const mutant of mutants(text)) {
      const value = match(mutant)
      if (value === undefined) continue
      matches++
      if (!isDeepStrictEqual(value, parsed(mutant))) wrong.push(mutant.toString('latin1'))
    }
    expect(wrong).toEqual([])
    expect(matches).toBeGreaterThan(100)
  })
})

describe('texts on the edges of JSON', () => {
  const corpus = [...jsonTexts, ...jsonTestSuite]
  const wrapped = (text: Buffer) => Buffer.concat([Buffer.from('{"a":'), text, Buffer.from(',"b":1}')])
  const match = matcherOf(Buffer.from('{"a":"x","b":1}'))

  test.each(corpus)('$name as a value of a known layout', ({ bytes }) => {
    expectSameOrNothing(match(wrapped(bytes)), wrapped(bytes))
  })

  test.each(corpus)('$name instead of a record of a known layout', ({ bytes }) => {
    expect(match(bytes)).toBeUndefined()
  })

  test('numbers, words and plain strings match, and nothing else', () => {
    const taken = corpus.filter(({ bytes }) => match(wrapped(bytes)) !== undefined).map(({ bytes }) => String(bytes))
    const isScalar = /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null|"[ !#-[\]-\x7f]*")$/
    expect(taken).toEqual(corpus.map(({ bytes }) => bytes.toString('latin1')).filter(text => isScalar.test(text)))
    expect(taken.length).toBeGreaterThan(10)
  })
})

describe('what stands around a text', () => {
  test.each([['"}'], [',"d":1}'], ['0'], ['xxxxxxxxxxxxxxxx'], ['']])('behind it, as %j, is not read', after => {
    const match = matcherOf(sound)
    expectSame(match(sound, '', after), sound)
    for (let length = 0; length < sound.length; length++) {
      expect(match(sound.subarray(0, length), '', sound.toString().slice(length) + after)).toBeUndefined()
    }
  })

  test('before it, too, where a short string comes first', () => {
    const match = matcherOf(Buffer.from('{"a":"x"}'))
    for (const value of ['', 'b', 'bcd', 'bcdefghijkl', 'bcdefghijklm']) {
      const text = Buffer.from(`{"a":"${value}"}`)
      for (const before of ['', 'y', '"aaaaaaaaaaaaa']) expectSame(match(text, before), text)
    }
  })
})

test('names that are something in JavaScript are only names', () => {
  const names = [
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'get',
    'set',
    'class',
    'await',
    'arguments',
    'eval'
  ]
  const text = Buffer.from(
    JSON.stringify(Object.fromEntries([...names, 'text', 'at', 'view', 't0', 'u0'].map(name => [name, 1])))
  )
  expectSame(matcherOf(text)(text), text)
  expect(Object.getPrototypeOf(matcherOf(text)(text))).toBe(Object.prototype)
})
