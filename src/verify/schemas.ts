import { schemaKeyOf, type SchemaKey } from '../avro/wire-format.ts'
import type { OffsetRange, RangeReader, RangeRecord } from '../kafka/range-reader.ts'
import type { TaskSchemas } from '../pool/protocol.ts'
import type { RegistryPort } from '../schema-registry/schemas.ts'

/** The schemas that the records of these ranges were written with: reads them all, and asks the registry for each. */
export async function schemasOf(
  ranges: readonly OffsetRange[],
  reader: RangeReader,
  registry: Pick<RegistryPort, 'schemaOf'>,
  signal?: AbortSignal
): Promise<TaskSchemas> {
  const keys = new Set<SchemaKey>()
  const record = ({ value, headers }: RangeRecord) => {
    const key = value === null ? undefined : schemaKeyOf(value, headers)
    if (key !== undefined) keys.add(key)
  }
  await reader.read(ranges, { record }, signal)
  const writers = []
  for (const key of keys) writers.push({ key, schema: await registry.schemaOf(key) })
  return { writers, outputIds: [] }
}
