/** What TypeBox takes for a value of the type: numbers are finite. */
const tests: Readonly<Record<string, (name: string) => string>> = {
  string: name => `typeof ${name} === 'string'`,
  integer: name => `Number.isInteger(${name})`,
  number: name => `Number.isFinite(${name})`,
  boolean: name => `typeof ${name} === 'boolean'`,
  null: name => `${name} === null`
}

/** They say nothing more than the type does. Those with `~` are TypeBox's marks; others of its marks do say more. */
const silentKeys: ReadonlySet<unknown> = new Set(
  'type title description examples ~kind ~optional ~readonly ~unsafe'.split(' ')
)

interface TypeSchema {
  readonly type?: unknown
  readonly anyOf?: readonly object[]
  readonly minLength?: unknown
}

/**
 * A JavaScript expression that is true where `name` is a value of the schema, which is a type, a text that is not empty
 * (`minLength: 1`), or one of several such (`anyOf`). Undefined for a schema with more than that.
 */
export function typeTest(schema: object, name: string): string | undefined {
  const { type, anyOf, minLength } = schema as TypeSchema
  if (Array.isArray(anyOf)) return onlyHas(schema, 'anyOf') ? anyTest(anyOf, name) : undefined
  if (typeof type !== 'string' || !Object.hasOwn(tests, type)) return undefined
  const test = tests[type](name)
  if (onlyHas(schema)) return test
  const isNotEmpty = type === 'string' && minLength === 1 && onlyHas(schema, 'minLength')
  return isNotEmpty ? `(${test} && ${name} !== '')` : undefined
}

/** A function of `value` that answers such an expression, which is made of the pipeline's own schema, as TypeBox's checks are. */
export function compileTest(test: string): (value: unknown) => boolean {
  // oxlint-disable-next-line typescript/no-implied-eval -- see above
  return new Function('value', `return ${test}`) as (value: unknown) => boolean
}

function anyTest(members: readonly object[], name: string): string | undefined {
  const found = members.map(member => typeTest(member, name))
  return found.length === 0 || found.includes(undefined) ? undefined : `(${found.join(' || ')})`
}

/** Besides what says nothing. TypeBox's marks are not enumerable. */
function onlyHas(schema: object, keyword?: string): boolean {
  return Reflect.ownKeys(schema).every(key => key === keyword || silentKeys.has(key))
}
