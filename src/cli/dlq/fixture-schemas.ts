import type { SchemaText } from '../../avro/record-type.ts'
import { schemaKeyOf } from '../../avro/wire-format.ts'
import type { CoreSettings } from '../../config/options.ts'
import type { FixtureRecord } from '../../dead-letters/fixture.ts'
import { registryAccess } from '../../schema-registry/registry-access.ts'
import { SchemaRegistry } from '../../schema-registry/schema-registry.ts'

/** What these records were written with, by number or GUID, as far as the registry knows; undefined where they are JSON. */
export async function schemasOfFixture(
  settings: CoreSettings,
  records: readonly FixtureRecord[]
): Promise<Readonly<Record<string, SchemaText>> | undefined> {
  const access = registryAccess(settings)
  if (settings.inputCodec === 'json' || access === undefined) return undefined
  const registry = new SchemaRegistry(access)
  const schemas: Record<string, SchemaText> = {}
  try {
    for (const { value, headers } of records) {
      const bytes = (base64: string) => Buffer.from(base64, 'base64')
      const named = headers.map(([name, text]) => ({ name, value: bytes(text) }))
      const key = value === null ? undefined : schemaKeyOf(bytes(value), named)
      const schema = key === undefined ? undefined : await registry.schemaOf(key)
      if (key !== undefined && schema !== undefined) schemas[key] = schema
    }
    return schemas
  } finally {
    registry.close()
  }
}
