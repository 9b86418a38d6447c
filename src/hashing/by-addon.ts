import { getFips } from 'node:crypto'
import { NativeUnavailable, requireAddon } from '../addon/require-addon.ts'
import type { Hashes } from './hashes.ts'

/**
 * Those of the addon, or undefined: it may not have been built here, or from other sources, or for a Node that does not
 * export what it needs. None of that is anybody's mistake, so nothing is said.
 */
export function hashesByAddon(addonFile?: string): Hashes | undefined {
  // It goes past OpenSSL's providers, and with them past the one that is to be used alone.
  if (getFips() === 1) return undefined
  try {
    const { sha256, createHmac } = requireAddon(addonFile) as Partial<Hashes>
    return sha256 === undefined || createHmac === undefined ? undefined : { sha256, createHmac }
  } catch (error) {
    if (error instanceof NativeUnavailable) return undefined
    throw error
  }
}
