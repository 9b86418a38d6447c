import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scanJson, type JsonProblem, type ScanRules } from '../../workers/json-scan.ts'
import { jsonTestSuite } from '../corpus/json-test-suite.ts'
import { jsonTexts } from '../corpus/json-texts.ts'

const anyDepth: ScanRules = { maxDepth: Infinity }
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function scan(text: string | Buffer, rules: ScanRules = anyDepth): JsonProblem | undefined {
  const bytes = Buffer.from(text)
  return scanJson(bytes, 0, bytes.length, rules)
}

function parses(bytes: Buffer): boolean {
  try {
    JSON.parse(strictUtf8.decode(bytes))
    return true
  } catch {
    return false
  }
}

describe('agrees with JSON.parse on what is JSON', () => {
  test.each(jsonTexts)('$name', ({ bytes, byte, reason }) => {
    expect(parses(bytes)).toBe(byte === -1)
    expect(scan(bytes)).toEqual(byte === -1 ? undefined : { reason, byte })
  })

  test.each(jsonTestSuite)('JSONTestSuite $name', ({ bytes, verdict }) => {
    expect(scan(bytes) === undefined).toBe(parses(bytes))
    if (verdict !== 'open') expect(scan(bytes) === undefined).toBe(verdict === 'accept')
  })

  test('for any value that is written as JSON', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        expect(scan(text)).toBeUndefined()
      })
    )
  })

  test('for JSON with any bytes changed', () => {
    const change = fc.tuple(
      fc.nat(),
      fc.constantFrom(...Buffer.from('{}[]",:\\u0eE+-.dD8 \n\0\x80\xbf\xc3\xed\xf0\xff', 'latin1'))
    )
    fc.assert(
      fc.property(fc.json(), fc.array(change, { minLength: 1, maxLength: 3 }), (text, changes) => {
        const bytes = Buffer.from(text)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        expect(scan(bytes) === undefined).toBe(parses(bytes))
      }),
      { numRuns: 3000 }
    )
  })

  test('for any sequence of JSON-like pieces', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u00',
      'd8"',
      '0',
      '1',
      '-',
      '.5',
      'e1',
      'true',
      ' ',
      'é',
      '"'
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), chosen => {
        const bytes = Buffer.from(chosen.join(''))
        expect(scan(bytes) === undefined).toBe(parses(bytes))
      }),
      { numRuns: 5000 }
    )
  })

  test('for any bytes within a string', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), content => {
        const bytes = Buffer.concat([Buffer.from('"'), content, Buffer.from('"')])
        expect(scan(bytes) === undefined).toBe(parses(bytes))
      }),
      { numRuns: 5000 }
    )
  })
})

describe('names the first byte that is wrong', () => {
  test('so that what stands before it could go on to be JSON', () => {
    const literalTails = ['true', 'false', 'null'].flatMap(word => [...word].map((_, at) => word.slice(at + 1)))
    const stringTails = ['', 'n', '0', '00', '000', '0000'].flatMap(tail => [`${tail}"`, `${tail}":0`])
    const completions = ['""', '0', ':0', '"":0', ...literalTails, ...stringTails]
    const closers = ['', ']', '}', ']]', '}}', ']}', '}]']
    fc.assert(
      fc.property(fc.json({ maxDepth: 1 }), fc.nat(), fc.constantFrom(...Buffer.from('}],:"\0x')), (text, at, byte) => {
        const bytes = Buffer.from(text)
        bytes[at % bytes.length] = byte
        const problem = scan(bytes)
        fc.pre(problem?.reason === 'not-json')
        const wrong = problem?.byte ?? 0
        const goesOn = (end: number) =>
          completions.some(completion =>
            closers.some(closer => parses(Buffer.concat([bytes.subarray(0, end), Buffer.from(completion + closer)])))
          )
        expect(goesOn(wrong)).toBe(true)
        if (wrong < bytes.length && bytes[wrong] < 0x80) expect(goesOn(wrong + 1)).toBe(false)
      }),
      { numRuns: 300 }
    )
  })

  test('counted from the start of the text, wherever that lies in the buffer', () => {
    const bytes = Buffer.from('xxxx{"a":?}yyyy')
    expect(scanJson(bytes, 4, 11, anyDepth)).toEqual({ reason: 'not-json', byte: 5 })
  })

  test('and looks at nothing past the end', () => {
    for (const text of ['12', '1.5', '1e5', '"\\n"', '"é"', 'true', '"\\u0041"', '{}']) {
      const bytes = Buffer.from(text)
      for (let end = 1; end < bytes.length; end++) {
        expect(scanJson(bytes, 0, end, anyDepth) === undefined).toBe(parses(bytes.subarray(0, end)))
      }
    }
    expect(scanJson(Buffer.from('"\\u??'), 0, 2, anyDepth)).toEqual({ reason: 'not-json', byte: 2 })
  })

  test('in shared memory as well', () => {
    const shared = Buffer.from(new SharedArrayBuffer(8))
    shared.write('[1, 2,]')
    expect(scanJson(shared, 0, 7, anyDepth)).toEqual({ reason: 'not-json', byte: 6 })
  })
})

describe('depth', () => {
  test('the outermost object or array is level 1', () => {
    expect(scan('{"a":1}', { maxDepth: 1 })).toBeUndefined()
    expect(scan('{"a":[]}', { maxDepth: 1 })).toEqual({ reason: 'too-deep', byte: 5 })
    expect(scan('[[],[[]]]', { maxDepth: 2 })).toEqual({ reason: 'too-deep', byte: 5 })
  })

  test('level 33 is too deep where 32 are allowed', () => {
    expect(scan('['.repeat(32) + ']'.repeat(32), { maxDepth: 32 })).toBeUndefined()
    expect(scan('['.repeat(33) + ']'.repeat(33), { maxDepth: 32 })).toEqual({ reason: 'too-deep', byte: 32 })
  })

  test('a million levels do not overflow the stack', () => {
    const levels = 1_000_000
    expect(scan('['.repeat(levels) + ']'.repeat(levels))).toBeUndefined()
    expect(scan('{"a":'.repeat(levels))).toEqual({ reason: 'not-json', byte: 5 * levels })
  })

  test('brackets within strings are no levels', () => {
    expect(scan('["[[[[", "{{{{"]', { maxDepth: 1 })).toBeUndefined()
  })

  test('what comes first counts: a level too many, or what is broken before it', () => {
    expect(scan('[[}', { maxDepth: 1 })).toEqual({ reason: 'too-deep', byte: 1 })
    expect(scan('[},[', { maxDepth: 1 })).toEqual({ reason: 'not-json', byte: 1 })
  })
})

describe('duplicate keys', () => {
  const rules: ScanRules = { maxDepth: 32, rejectDuplicateKeys: true }

  test('are accepted unless refused', () => {
    expect(scan('{"a":1,"a":2}', { maxDepth: 32 })).toBeUndefined()
  })

  test('are found at the second one, in inner objects too', () => {
    expect(scan('{"a":1,"a":2}', rules)).toEqual({ reason: 'duplicate-key', byte: 7 })
    expect(scan('{"a":[{"b":1,"b":2}]}', rules)).toEqual({ reason: 'duplicate-key', byte: 13 })
  })

  test('belong to one object: the same key elsewhere is another one', () => {
    expect(scan('{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}', rules)).toBeUndefined()
    expect(scan('{"a":{"b":1},"a":2}', rules)).toEqual({ reason: 'duplicate-key', byte: 13 })
  })

  test('are compared as they read, not as they are written', () => {
    expect(scan(String.raw`{"a":1,"\u0061":2}`, rules)).toEqual({ reason: 'duplicate-key', byte: 7 })
    expect(scan(String.raw`{"\/":1,"/":2}`, rules)).toEqual({ reason: 'duplicate-key', byte: 8 })
    expect(scan(String.raw`{"\ud800":1,"\ud801":2}`, rules)).toBeUndefined()
  })

  test('__proto__ is a key like any other', () => {
    expect(scan('{"__proto__":1,"toString":2}', rules)).toBeUndefined()
    expect(scan('{"__proto__":1,"__proto__":2}', rules)).toEqual({ reason: 'duplicate-key', byte: 15 })
  })

  test('are found exactly where JSON.parse drops one', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'é', '\\u0061', '__proto__')
    fc.assert(
      fc.property(fc.array(key, { maxLength: 5 }), keys => {
        const text = `{${keys.map(name => `"${name}":0`).join(',')}}`
        const kept = Object.keys(JSON.parse(text)).length
        expect(scan(text, rules) === undefined).toBe(kept === keys.length)
      })
    )
  })
})

describe('lone surrogates', () => {
  const rules: ScanRules = { maxDepth: 32, wellFormedFields: new Set(['id']) }

  test('are found in the fields that may not hold one', () => {
    expect(scan(String.raw`{"id":"ab\ud800"}`, rules)).toEqual({ reason: 'lone-surrogate', byte: 9 })
    expect(scan(String.raw`{"id":"\udc00\ud800"}`, rules)).toEqual({ reason: 'lone-surrogate', byte: 7 })
    expect(scan(String.raw`{"id":"\ud83d\ude00\ude00"}`, rules)).toEqual({ reason: 'lone-surrogate', byte: 19 })
    expect(scan(String.raw`{"id":"\\\ud800\n"}`, rules)).toEqual({ reason: 'lone-surrogate', byte: 9 })
  })

  test('are ignored elsewhere', () => {
    expect(scan(String.raw`{"other":"\ud800","id":"x"}`, rules)).toBeUndefined()
    expect(scan(String.raw`{"id":{"id":"\ud800"}}`, rules)).toBeUndefined()
    expect(scan(String.raw`{"id":["\ud800"],"\ud800":1}`, rules)).toBeUndefined()
  })

  test('are not seen in pairs, nor in text that only looks like an escape', () => {
    expect(scan(String.raw`{"id":"\ud83d\ude00"}`, rules)).toBeUndefined()
    expect(scan(String.raw`{"id":"\\ud800"}`, rules)).toBeUndefined()
  })

  test('are found exactly where the text is not well formed', () => {
    const piece = fc.constantFrom('\\ud83d', '\\ude00', '\\u0041', '\\\\', '\\n', 'x', 'é', 'ud83d')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), pieces => {
        const text = `{"id":"${pieces.join('')}"}`
        expect(scan(text, rules) === undefined).toBe((JSON.parse(text) as { id: string }).id.isWellFormed())
      })
    )
  })
})
