import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HIDDEN_NAME } from '../../../../src/dead-letters/encryption/encryption.ts'
import { readEncryptionKeys } from '../../../../src/dead-letters/encryption/keys.ts'
import { restored } from '../../../../src/dead-letters/encryption/restore.ts'
import { carrying, FIRST_KEY, masked, maskOf, people } from '../../../fixtures/encryption.ts'
import { texts } from '../../../fixtures/dead-letters.ts'
import { jsonTestSuite } from '../../../corpus/json-test-suite.ts'

const keys = readEncryptionKeys(FIRST_KEY)
const restoredFrom = (value: Uint8Array | string) => restored(carrying(masked(value)), keys)?.record.value
const howOf = (value: Uint8Array | string) => carrying(masked(value)).encryption?.how

/** Names that are known, unknown, dangerous, or written so that only a parser knows what they are. */
const knownNames = ['ip', 'person', 'locale', 'count', 'active', 'remark', 'size', 'time', 'nested', 'label']
const name = fc
  .oneof(fc.constantFrom(...knownNames), fc.constantFrom(HIDDEN_NAME, '__proto__', 'toString', ''), fc.string())
  .chain(text => fc.constantFrom(JSON.stringify(text), escaped(text)))
const blank = fc.constantFrom('', ' ', '\r\n\t')
const json = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom('"RU"', '12', '"noon"', 'true', 'null', '"encrypted:AAAA"', '1e400', '-0', String.raw`"\ud800"`)
)
const object = fc
  .tuple(blank, fc.array(fc.tuple(name, blank, blank, json, blank), { maxLength: 12 }))
  .map(
    ([lead, members]) =>
      `${lead}{${members.map(([key, before, after, value, end]) => `${lead}${key}${before}:${after}${value}${end}`).join(',')}}${lead}`
  )

/** Long enough not to stand in some base64 by chance, in forms that JSON escapes. */
const personal = fc.string({ unit: fc.constantFrom('§', '"', '\\', 'x', '😀', '\n', '7'), minLength: 8, maxLength: 40 })

describe('restoring what was masked', () => {
  test('gives every JSON object back, byte for byte', () => {
    fc.assert(
      fc.property(object, text => {
        expect(howOf(text)).toBe('fields')
        expect(restoredFrom(text)?.equals(Buffer.from(text))).toBe(true)
      })
    )
  })

  test('gives any bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        expect(restoredFrom(bytes)?.equals(bytes)).toBe(true)
      })
    )
  })

  test('gives the files of JSONTestSuite back, whatever each of them is', () => {
    for (const { name: file, bytes } of jsonTestSuite) {
      expect({ file, isSame: restoredFrom(bytes)?.equals(bytes) }).toEqual({ file, isSame: true })
    }
  })
})

describe('what was masked', () => {
  test('holds nothing personal, wherever that stood', () => {
    const place = fc.constantFrom('ip', 'person', 'locale', 'remark', 'count', 'time', 'nested', 'unknown', 'name')
    fc.assert(
      fc.property(personal, fc.array(place, { minLength: 1, maxLength: 5 }), (value, places) => {
        const members = places.map(each => memberWith(each, value))
        const shown = masked(`{"locale":"RU",${members.join(',')}}`)
        const text = [shown.value.toString(), ...texts(shown.headers)].join('\n')
        for (const form of [value, JSON.stringify(value).slice(1, -1), Buffer.from(value).toString('base64')]) {
          expect(text).not.toContain(form)
        }
        expect(text).toContain('"locale":"RU"')
      })
    )
  })

  test('is JSON of the same fields, if it was a JSON object', () => {
    const { value } = masked('{ "ip" : "1.2.3.4",\n"locale":"RU" , "count": 12}')
    expect(value.toString()).toMatch(/^\{ "ip" : "encrypted:[A-Za-z0-9+/]+=*",\n"locale":"RU" , "count": 12\}$/)
  })

  test('differs each time, so that equal values can not be told', () => {
    expect(masked('{"ip":"1.2.3.4"}').value.equals(masked('{"ip":"1.2.3.4"}').value)).toBe(false)
  })

  test('says in headers what was done and with which key', () => {
    expect(texts(masked('{"ip":"1.2.3.4"}').headers)).toEqual([
      'millrace.encryption=fields',
      'millrace.encryption.key=first',
      expect.stringMatching(/^millrace\.encryption\.key\.check=[0-9a-f]{8}$/),
      expect.stringMatching(/^millrace\.encryption\.seal=[A-Za-z0-9+/]{38}==$/)
    ])
    expect(texts(masked('1.2.3.4').headers)).toEqual([
      'millrace.encryption=value',
      'millrace.encryption.key=first',
      expect.stringMatching(/^millrace\.encryption\.key\.check=/)
    ])
  })
})

describe('can be read:', () => {
  test.each([
    ['a text of the form that the pipeline names', '"locale":"RU"'],
    ['a number of that form', '"count":12'],
    ['what passes a check', '"time":"noon"'],
    ['a truth value', '"active":false'],
    ['null, where a text is expected', '"locale":null'],
    ['a name written with escapes', String.raw`"\u006cocale":"RU"`]
  ])('%s', (_what, member) => {
    expect(masked(`{${member}}`).value.toString()).toBe(`{${member}}`)
  })
})

describe('can not be read:', () => {
  test.each([
    ['a personal field', '"ip":"1.2.3.4"'],
    ['a personal field of another type', '"ip":1234'],
    ['a personal field by another spelling', String.raw`"\u0069p":"1.2.3.4"`],
    ['an address in another field', '"locale":"1.2.3.4"'],
    ['a form that is only part of the text', '"locale":"RUSSIA"'],
    ['a value of another type', '"count":"12"'],
    ['more digits than a number has', '"count":12.000000000000000000001'],
    ['what fails its check', '"time":"midnight"'],
    ['what makes its check throw', '"time":"boom"'],
    ['a text of which nothing is known', '"remark":"RU"'],
    ['a number of which nothing is known', '"size":12'],
    ['what is within an object', '"nested":{"deep":"RU"}'],
    ['a null that is personal', '"ip":null'],
    ['what looks like something encrypted', '"label":"encrypted:AAAA"'],
    ['what looks like it to a parser', String.raw`"label":"\u0065ncrypted:AAAA"`],
    ['one of two of the same name', '"locale":"Musterstadt"']
  ])('%s', (_what, member) => {
    const { value } = masked(`{"locale":"DE",${member}}`)
    const [spelling] = member.split(':')
    expect(value.toString()).toMatch(/^\{"locale":"DE","[^"]+":"encrypted:[^"]+"\}$/)
    expect(value.toString()).toContain(`,${spelling}:"encrypted:`)
  })

  test('a name that the schema does not know, and one that is ours', () => {
    for (const unknown of ['Musterstadt', '__proto__', HIDDEN_NAME]) {
      expect(masked(`{"${unknown}":"RU"}`).value.toString()).toMatch(
        new RegExp(`^\\{"${HIDDEN_NAME}":"encrypted:[^"]+"\\}$`)
      )
    }
  })

  test.each([
    ['what is no JSON', '{"ip":"1.2.3.4"'],
    ['JSON that is no object', '["RU"]'],
    ['what is too deep', `{"locale":"RU","nested":${'['.repeat(40)}${']'.repeat(40)}}`],
    ['an object of very many fields', `{${Array.from({ length: 100 }, (_, at) => `"f${at}":1`).join(',')}}`]
  ])('anything of %s', (_what, text) => {
    expect(howOf(text)).toBe('value')
    // With its quotes: two letters stand in one of 400 encrypted values by chance.
    expect(masked(text).value.includes('"RU"')).toBe(false)
    expect(restoredFrom(text)?.toString()).toBe(text)
  })

  test('anything of a record whose pipeline does not say what is personal', () => {
    const { personal: _personal, ...input } = people.input
    const { headers } = masked('{"locale":"RU"}', maskOf({ ...people, input }))
    expect(texts(headers)).toContain('millrace.encryption=value')
  })
})

function memberWith(place: string, value: string): string {
  const text = JSON.stringify(value)
  if (place === 'name') return `${text}:1`
  return `"${place}":${place === 'person' || place === 'nested' ? `{"name":${text}}` : text}`
}

/** The same text for a parser. */
function escaped(text: string): string {
  const units = text.split('').map(unit => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `"${units.join('')}"`
}
