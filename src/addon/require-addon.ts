import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { addonFile, NATIVE } from './places.ts'
import { digestOf } from './sources.ts'

/** There is no addon on this machine, or no librdkafka for it. */
export class NativeUnavailable extends Error {
  override readonly name: string = 'NativeUnavailable'
}

const BUILD_IT = '`millrace build-native` builds it'

/**
 * What the addon exports, in whichever thread: librdkafka is not loaded by this.
 *
 * @throws NativeUnavailable that says what is missing.
 */
export function requireAddon(file = findAddon()): object {
  const addon = requireFile(file) as { readonly sources?: string }
  const expected = digestOf(NATIVE)
  if (expected !== undefined && addon.sources !== expected) {
    throw new NativeUnavailable(`${file} was built from other sources than those beside it: ${BUILD_IT} again`)
  }
  return addon
}

/** What was built for another machine, by copying node_modules, fails here. */
function requireFile(file: string): unknown {
  try {
    return createRequire(import.meta.url)(file)
  } catch (error) {
    const { message } = error as Error
    throw new NativeUnavailable(`the addon can't be loaded (${message}): ${BUILD_IT} for this machine`, {
      cause: error
    })
  }
}

/** @throws NativeUnavailable where it has not been built. */
export function findAddon(): string {
  const file = addonFile()
  if (existsSync(file)) return file
  throw new NativeUnavailable(`the addon has not been built, ${file} is not there: ${BUILD_IT}`)
}
