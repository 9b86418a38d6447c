import { createAvroEncoder } from './avro/encode.ts'
import { recordType, type SchemaText } from './avro/record-type.ts'
import { PREFIX_BYTES, type SchemaKey } from './avro/wire-format.ts'
import type { CoreSettings } from './config/options.ts'
import type { AnyPipeline, OutputDefinition } from './pipeline.ts'
import type { TaskSchemas, WriterSchema } from './pool/protocol.ts'

/** The pipeline's own schema, in tests: registries begin with 1. */
const OWN_ID = 0
const DIGITS = /^\d+$/

/** Stands in for the registry where a pipeline is tried without one. `schemas`: by number or GUID. */
export function schemasForTests(
  { input, outputs }: AnyPipeline,
  schemas: Readonly<Record<string, SchemaText>>
): TaskSchemas {
  const given = Object.entries(schemas).map(([key, schema]): WriterSchema => ({ key: keyOf(key), schema }))
  const own = { key: OWN_ID, schema: { text: JSON.stringify(input.avro ?? null), references: [] } }
  return { writers: [own, ...given], outputIds: Object.keys(outputs).map(() => OWN_ID) }
}

/** A value that is given as an object, as a producer would write it. */
export function encodeForTests(value: object, { input }: AnyPipeline, { inputCodec }: CoreSettings): Uint8Array {
  if (inputCodec === 'json') return Buffer.from(JSON.stringify(value))
  return createAvroEncoder(input.avro, OWN_ID).encode(value)
}

/** A row of an output as text: JSON, whatever it was written with. */
export function rowText(value: Buffer, output: OutputDefinition | undefined, { outputCodec }: CoreSettings): string {
  if (outputCodec === 'json' || output?.avro === undefined) return value.toString()
  try {
    return JSON.stringify(recordType(output.avro).fromBuffer(value.subarray(PREFIX_BYTES)))
  } catch {
    // From before the codec was changed.
    return value.toString()
  }
}

function keyOf(text: string): SchemaKey {
  return DIGITS.test(text) && text.length < 32 ? Number(text) : text.replaceAll('-', '').toLowerCase()
}
