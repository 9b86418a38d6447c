import { describe, expect, test } from 'vitest'
import type { Option } from '../../../src/config/option.ts'
import { parseValue } from '../../../src/config/parse-value.ts'

const described = { what: '', why: '', example: 'EXAMPLE', section: '' }
const lingerMs: Option = { ...described, type: 'integer', default: 20, min: 0, max: 1000, example: '5' }
const levels: Option = { ...described, type: 'choice', default: 'info', values: ['info', 'WARN'] }
const list: Option = { ...described, type: 'list', default: '' }
const names: Option = { ...described, type: 'names', default: '' }
const pairs: Option = { ...described, type: 'pairs', default: '' }

function value(option: Option, text: string): unknown {
  const parsed = parseValue('LINGER_MS', option, text)
  return 'value' in parsed ? parsed.value : parsed
}

function objection(option: Option, text: string): string {
  const parsed = parseValue('LINGER_MS', option, text)
  return 'objection' in parsed ? `${parsed.objection.wrong}; ${parsed.objection.remedy}` : 'no objection'
}

describe('an integer', () => {
  test('is taken from its least to its greatest value', () => {
    expect(value(lingerMs, '0')).toBe(0)
    expect(value(lingerMs, '1000')).toBe(1000)
  })

  test.each(['20ms', '1e3', '2.5', '0x10', ' 20', '+20', '٣', 'NaN', '1_000'])('is not %s', text => {
    expect(objection(lingerMs, text)).toMatch(/is not a whole number of milliseconds; write .* from 0 to 1000/)
  })

  test('out of its range says which way, and the range', () => {
    expect(objection(lingerMs, '-1')).toMatch(/'-1' is too small; .* 0 to 1000/)
    expect(objection(lingerMs, '1001')).toMatch(/'1001' is too large; .* 0 to 1000/)
    expect(objection(lingerMs, '9'.repeat(400))).toMatch(/^'9{40}…' is too large/)
  })
})

describe('a choice', () => {
  test('is taken in any case, and becomes the listed word', () => {
    expect(value(levels, 'INFO')).toBe('info')
    expect(value(levels, 'warn')).toBe('WARN')
  })

  test('that is not listed names the list', () => {
    expect(objection(levels, 'loud')).toBe("'loud' is not known; choose one of info, WARN")
  })
})

describe('a string with a pattern', () => {
  const topic: Option = { ...described, type: 'string', default: undefined, pattern: /a|b+/ }

  test('must match as a whole', () => {
    expect(value(topic, 'bb')).toBe('bb')
    expect(objection(topic, 'abb')).toContain('write it like LINGER_MS=EXAMPLE')
  })

  test('is not shown when it does not match, as it may hold something secret', () => {
    expect(objection(topic, 'hunter2')).not.toContain('hunter2')
  })
})

describe('a list', () => {
  test('is split at commas, blanks around items left out', () => {
    expect(value(list, 'a, b,c d')).toEqual(['a', 'b', 'c d'])
  })

  test('is empty for none', () => {
    expect(value(list, 'none')).toEqual([])
  })

  test('with an empty or a repeated item is refused', () => {
    expect(objection(list, 'a,,b')).toContain('has an empty item')
    expect(objection(list, 'a,')).toContain('has an empty item')
    expect(objection(list, 'a,b,a')).toContain("names 'a' twice")
  })

  test('names the item that does not match its pattern', () => {
    expect(objection({ ...list, pattern: /[a-z]+/ }, 'a,B!')).toContain("'B!' is not allowed")
  })
})

describe('names', () => {
  test('has what is listed and nothing else', () => {
    const some = value(names, '2.3.0,__proto__') as { has(name: string): boolean }
    expect(['2.3.0', '__proto__', '2.3', 'constructor'].map(some.has)).toEqual([true, true, false, false])
  })

  test('has each of many', () => {
    const listed = Array.from({ length: 20 }, (_, number) => `2.${number}`)
    const many = value(names, listed.join(',')) as { has(name: string): boolean }
    expect([...listed, '2.20', 'constructor'].filter(name => many.has(name))).toEqual(listed)
  })

  test('has everything for *', () => {
    expect(value(names, '*')).toMatchObject({ all: true, names: [] })
    expect((value(names, '*') as { has(name: string): boolean }).has('anything')).toBe(true)
  })

  test('has nothing for its empty default', () => {
    expect((value(names, '') as { has(name: string): boolean }).has('')).toBe(false)
  })

  test('refuses * beside others', () => {
    expect(objection(names, 'a,*')).toContain('* stands beside other names')
  })
})

describe('pairs', () => {
  test('are split at the first =', () => {
    expect(value(pairs, 'a=1,b=x=y')).toEqual({ a: '1', b: 'x=y' })
  })

  test('are none for none', () => {
    expect(value(pairs, 'none')).toEqual({})
  })

  test('hold a name like __proto__ as any other', () => {
    expect(Object.keys(value(pairs, '__proto__=1') as object)).toEqual(['__proto__'])
  })

  test.each(['a', 'a=', '=b', 'a=1,b'])('are not %s', text => {
    expect(objection(pairs, text)).toContain('is not name=value')
  })

  test('refuse two values for one name', () => {
    expect(objection(pairs, 'a=1,a=2')).toContain("'a' has two values")
  })
})

test.each([lingerMs, levels, { ...list, pattern: /x/ }, pairs])(
  'a secret is never shown, whatever its type',
  option => {
    const secret = { ...option, secret: true } as Option
    expect(objection(secret, 'hunter2,hunter2')).not.toContain('hunter2')
  }
)
