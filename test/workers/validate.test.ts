import fc from 'fast-check'
import Type, { type TObject } from 'typebox'
import { describe, expect, test } from 'vitest'
import { createValidator, type ValidatorSettings } from '../../workers/validate.ts'

const schema = Type.Object({
  name: Type.String(),
  color: Type.Optional(Type.String({ maxLength: 5, pattern: '^[a-z]*$' })),
  size: Type.Union([Type.Number({ minimum: 0 }), Type.String()]),
  count: Type.Optional(Type.Integer({ maximum: 9 }))
})

function validator(settings: Partial<ValidatorSettings> = {}) {
  return createValidator({
    schema,
    requiredFields: ['name', 'size'],
    fieldDefaults: {},
    extraFields: 'drop',
    ...settings
  })
}

function validate(value: Record<string, unknown>, settings: Partial<ValidatorSettings> = {}) {
  return validator(settings).validate(value)
}

const sound = { name: 'x', color: 'red', size: 1, count: 2 }

describe('a good record', () => {
  test('has nothing to be said about it', () => {
    expect(validate({ ...sound })).toBeUndefined()
    expect(validate({ name: 'x', size: 'large' })).toBeUndefined()
  })

  test('may hold blanks where it may not be empty', () => {
    expect(validate({ name: ' ', size: '\t' })).toBeUndefined()
  })

  test('is left as it is', () => {
    const value = { ...sound, other: [1] }
    validate(value)
    expect(value).toEqual({ ...sound, other: [1] })
  })
})

describe('a required field', () => {
  test('must be there; null is not there', () => {
    expect(validate({ size: 1 })).toBe('name:missing')
    expect(validate({ name: null, size: undefined })).toBe('name:missing, size:missing')
  })

  test('must not be empty, whichever of its types it has', () => {
    expect(validate({ name: '', size: '' })).toBe('name:empty, size:empty')
  })

  test('has to meet a condition of the program, too', () => {
    const short = Type.Refine(Type.String(), text => text.length < 3)
    const refined = Type.Object({ name: short, size: Type.Union([short, Type.Null()]) })
    expect(validate({ name: 'ab', size: 'cd' }, { schema: refined })).toBeUndefined()
    expect(validate({ name: 'abc', size: 'cd' }, { schema: refined })).toBe('*:wrong-type')
    expect(validate({ name: 'ab', size: 'cde' }, { schema: refined })).toBe('*:wrong-type')
  })

  test('is what the settings say, not what the schema says', () => {
    expect(validate({}, { requiredFields: [] })).toBeUndefined()
    expect(validate({ name: '', size: null }, { requiredFields: [] })).toBeUndefined()
    expect(validate({}, { requiredFields: ['count', 'color'] })).toBe('color:missing, count:missing')
    expect(validate({ color: '', count: 1 }, { requiredFields: ['count', 'color'] })).toBe('color:empty')
  })

  test('can not be null even if its schema allows null', () => {
    const nullable = Type.Object({ name: Type.Union([Type.String(), Type.Null()]) })
    const settings = { schema: nullable as TObject, requiredFields: ['name'] }
    expect(validate({ name: null }, settings)).toBe('name:missing')
    expect(validate({ name: null }, { ...settings, requiredFields: [] })).toBeUndefined()
  })

  test('can not be null or empty where its schema allows anything', () => {
    const settings = { schema: Type.Object({ name: Type.Unknown() }) as TObject, requiredFields: ['name'] }
    expect(validate({ name: null }, settings)).toBe('name:missing')
    expect(validate({ name: '' }, settings)).toBe('name:empty')
    expect(validate({ name: 0 }, settings)).toBeUndefined()
  })

  test('is missing where the record only inherits it', () => {
    const settings = { schema: Type.Object({ constructor: Type.String() }) as TObject, requiredFields: ['constructor'] }
    expect(validate({ name: 1 }, settings)).toBe('constructor:missing')
    expect(validate({ constructor: '' }, settings)).toBe('constructor:empty')
    expect(validate({ constructor: 'x' }, settings)).toBeUndefined()
  })
})

describe('an optional field', () => {
  test('must have the right type if it is there', () => {
    expect(validate({ ...sound, color: 1, count: '2' })).toBe('color:wrong-type, count:wrong-type')
  })

  test('that is null counts as absent, and is undefined for the transform', () => {
    const value = { ...sound, color: null, count: null }
    expect(validate(value)).toBeUndefined()
    expect(value).toEqual({ ...sound, color: undefined, count: undefined })
  })

  test('may be empty: that is a string like any other', () => {
    const value = { ...sound, color: '' }
    expect(validate(value)).toBeUndefined()
    expect(value.color).toBe('')
  })
})

describe('defaults', () => {
  const settings = { fieldDefaults: { color: 'blue', name: 'nobody' } }

  test('fill in what is missing, null or empty, and are counted', () => {
    const subject = validator(settings)
    for (const color of [undefined, null, '']) {
      const value = { ...sound, color }
      expect(subject.validate(value)).toBeUndefined()
      expect(value.color).toBe('blue')
      expect(subject.defaulted).toBe(1)
    }
    expect(subject.validate({ size: 1 })).toBeUndefined()
    expect(subject.defaulted).toBe(2)
    expect(subject.validate({ ...sound })).toBeUndefined()
    expect(subject.defaulted).toBe(0)
  })

  test('do not hide a wrong type', () => {
    expect(validate({ ...sound, color: 0, name: false }, settings)).toBe('name:wrong-type, color:wrong-type')
  })
})

describe('failures', () => {
  test('are all named, in the order of the schema', () => {
    expect(validate({ count: 10, size: true, color: 'Purple', name: null })).toBe(
      'name:missing, color:wrong-length, color:wrong-format, size:wrong-type, count:out-of-range'
    )
  })

  test('within a field count as that field', () => {
    const nested = Type.Object({ who: Type.Object({ name: Type.String(), tags: Type.Array(Type.String()) }) })
    const settings = { schema: nested as TObject, requiredFields: ['who'] }
    expect(validate({ who: { tags: ['a', 1] } }, settings)).toBe('who:missing, who:wrong-type')
  })

  test('of a format are those of TypeBox', () => {
    const dated = Type.Object({ day: Type.String({ format: 'date' }), n: Type.Number() })
    const settings = { schema: dated as TObject, requiredFields: ['day'] }
    expect(validate({ day: '2024-02-29' }, settings)).toBeUndefined()
    expect(validate({ day: '2024-02-30' }, settings)).toBe('day:wrong-format')
  })

  test('include numbers that are none', () => {
    expect(validate({ ...sound, size: Infinity, count: -Infinity })).toBe('size:out-of-range, count:out-of-range')
  })
})

describe('checks', () => {
  const checks = {
    color: (color: string) => (color === 'red' ? 'not-allowed' : undefined)
  } as ValidatorSettings['checks']

  test('say what a schema cannot', () => {
    expect(validate({ ...sound }, { checks })).toBe('color:not-allowed')
    expect(validate({ ...sound, color: 'blue' }, { checks })).toBeUndefined()
  })

  test('are named together with the failures of other fields', () => {
    expect(validate({ name: '', color: 'red' }, { checks })).toBe('name:empty, color:not-allowed, size:missing')
  })

  test('are not asked about fields that are absent or of the wrong type', () => {
    const strict = { color: () => expect.fail('must not be called') } as ValidatorSettings['checks']
    expect(validate({ ...sound, color: null }, { checks: strict })).toBeUndefined()
    expect(validate({ name: 'x', size: 1 }, { checks: strict })).toBeUndefined()
    expect(validate({ ...sound, color: 7 }, { checks: strict })).toBe('color:wrong-type')
  })

  test('see defaults', () => {
    expect(validate({ name: 'x', size: 1 }, { checks, fieldDefaults: { color: 'red' } })).toBe('color:not-allowed')
  })
})

describe('fields that the schema does not know', () => {
  const odd = { ...sound, [`it's me@example.com`]: 1, constructor: 2, ['__proto__']: 3 }

  test('are no failure where they are dropped or kept', () => {
    expect(validate({ ...odd }, { extraFields: 'drop' })).toBeUndefined()
    expect(validate({ ...odd }, { extraFields: 'keep' })).toBeUndefined()
  })

  test('are one failure where they are refused, without their names', () => {
    expect(validate({ ...odd }, { extraFields: 'reject' })).toBe('*:unexpected-field')
    expect(validate({ ...odd, name: '' }, { extraFields: 'reject' })).toBe('name:empty, *:unexpected-field')
    expect(validate({ ...sound, ['__proto__']: 1 }, { extraFields: 'reject' })).toBe('*:unexpected-field')
    expect(validate({ ...sound }, { extraFields: 'reject' })).toBeUndefined()
  })

  test('may not be kept with a number in them that JSON cannot write', () => {
    const numbers = JSON.parse('{"name":"x","size":1,"extra":[{"a":[null,-1e400]}]}') as Record<string, unknown>
    expect(validate({ ...numbers }, { extraFields: 'keep' })).toBe('*:out-of-range')
    expect(validate({ ...numbers }, { extraFields: 'drop' })).toBeUndefined()
  })

  test('may be kept however many values they hold', () => {
    const many = { ...sound, extra: Array.from({ length: 500_000 }, () => 0) }
    expect(validate(many, { extraFields: 'keep' })).toBeUndefined()
  })
})

describe('for any record', () => {
  type Field = 'name' | 'color' | 'size' | 'count'
  const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value)
  const fits: Readonly<Record<Field, (value: unknown) => boolean>> = {
    name: value => typeof value === 'string',
    color: value => typeof value === 'string' && /^[a-z]{0,5}$/.test(value),
    size: value => typeof value === 'string' || (isNumber(value) && Number(value) >= 0),
    count: value => Number.isInteger(value) && Number(value) <= 9
  }
  const fields = Object.keys(fits) as Field[]
  const content = fc.constantFrom(
    undefined,
    null,
    '',
    ' ',
    'red',
    'Purple',
    0,
    -1,
    5,
    10,
    1.5,
    NaN,
    Infinity,
    true,
    [],
    {}
  )
  const record = fc.dictionary(fc.constantFrom(...fields, 'other'), content, { noNullPrototype: true })

  test.each([[], ['name'], ['size', 'color'], fields])(
    'the fields it must have are %o and what is said is right',
    (...required) => {
      const open = validator({ requiredFields: required })
      const closed = validator({ requiredFields: required, extraFields: 'reject' })
      const isGood = (field: Field, value: unknown) => {
        if (value === undefined || value === null) return !required.includes(field)
        return fits[field](value) && !(value === '' && required.includes(field))
      }
      fc.assert(
        fc.property(record, value => {
          const bad = fields.filter(field => !isGood(field, value[field]))
          const named = (failures: string | undefined) => new Set(failures?.split(', ').map(pair => pair.split(':')[0]))
          expect(named(open.validate({ ...value }))).toEqual(new Set(bad))
          if (Object.hasOwn(value, 'other'))
            expect(named(closed.validate({ ...value }))).toEqual(new Set([...bad, '*']))
        }),
        { numRuns: 500 }
      )
    }
  )
})
