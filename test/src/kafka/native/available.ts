import { describe } from 'vitest'
import { loadAddon, NativeUnavailable, type Addon } from '../../../../src/kafka/native/addon.ts'

/** The addon takes a compiler and a librdkafka, and a machine may have neither. */
function findAddon(): Addon | undefined {
  try {
    return loadAddon()
  } catch (error) {
    if (!(error instanceof NativeUnavailable)) throw error
    console.warn(`tests of the native transport are SKIPPED: ${error.message}`)
    return undefined
  }
}

const found = findAddon()

/** `describe` for tests that need the addon. */
export const describeOnAddon: typeof describe = found === undefined ? (describe.skip as typeof describe) : describe

/** Only for tests that are not skipped. */
export const addon = found as Addon
export const isAvailable = found !== undefined
