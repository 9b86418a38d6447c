import { describe } from 'vitest'
import { loadAddon, NativeUnavailable, type Addon } from '../../../../src/kafka/native/addon.ts'

/** The addon takes a compiler and a librdkafka; where they are to be, as in CI, it must not be missing unnoticed. */
function findAddon(): Addon | undefined {
  try {
    return loadAddon()
  } catch (error) {
    if (process.env.CI === 'true' || !(error instanceof NativeUnavailable)) throw error
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
