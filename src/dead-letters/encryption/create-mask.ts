import type { CoreSettings } from '../../config/options.ts'
import type { AnyPipeline } from '../../pipeline.ts'
import { readEncryptionKeys } from './keys.ts'
import { Mask } from './mask.ts'
import { ReadableFields } from './readable-fields.ts'

/** Undefined with `DLQ_MASKING=off`. */
export function createMask(
  pipeline: AnyPipeline,
  { dlqMasking, dlqEncryptionKeys, maxDepth }: CoreSettings
): Mask | undefined {
  if (dlqMasking === 'off') return undefined
  const [key] = readEncryptionKeys(dlqEncryptionKeys)
  return new Mask({ key, readable: ReadableFields.of(pipeline), maxDepth })
}
