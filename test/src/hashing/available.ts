import { describe } from 'vitest'
import { NativeUnavailable, requireAddon } from '../../../src/addon/require-addon.ts'
import { hashesByAddon } from '../../../src/hashing/by-addon.ts'
import type { Hashes } from '../../../src/hashing/hashes.ts'

/** Whether one of these sources is here, whatever its hashes are. */
export const isBuilt = (() => {
  try {
    return requireAddon() !== undefined
  } catch (error) {
    if (error instanceof NativeUnavailable) return false
    throw error
  }
})()
const found = hashesByAddon()
if (found === undefined)
  console.warn(`tests of hashes by the addon are SKIPPED: ${isBuilt ? 'it has none' : 'there is none'}`)

/** `describe` for tests that need the addon's hashes. */
export const describeOnHashes: typeof describe = found === undefined ? (describe.skip as typeof describe) : describe

/** Only for tests that are not skipped. */
export const byAddon = found as Hashes
