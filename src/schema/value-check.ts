import { typebox } from './typebox.ts'
import { compileTest, typeTest } from './type-test.ts'

/** Compiles whether a value is what the schema says. */
export function compileValueCheck(schema: object): (value: unknown) => boolean {
  const test = typeTest(schema, 'value')
  if (test !== undefined) return compileTest(test)
  const type = typebox().Compile(schema)
  return value => type.Check(value)
}
