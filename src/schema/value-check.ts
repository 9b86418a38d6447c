import { typebox } from './typebox.ts'
import { typeTest } from './type-test.ts'

/** Compiles whether a value is what the schema says. */
export function compileValueCheck(schema: object): (value: unknown) => boolean {
  const test = typeTest(schema, 'value')
  if (test === undefined) {
    const type = typebox().Compile(schema)
    return value => type.Check(value)
  }
  // oxlint-disable-next-line typescript/no-implied-eval -- made of names of types, see `typeTest`
  return new Function('value', `return ${test}`) as (value: unknown) => boolean
}
