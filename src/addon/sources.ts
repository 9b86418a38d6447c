import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Folders whose sources the addon is made of. */
export const ADDON_FOLDERS = ['core', 'node'] as const

/**
 * What an addon made of these sources says of itself; undefined where there are no sources, as in an image. One that was
 * built before a `git pull` would be called by TypeScript that it does not fit.
 */
export function digestOf(native: string): string | undefined {
  if (!existsSync(join(native, ADDON_FOLDERS[0]))) return undefined
  const hash = createHash('sha256')
  for (const folder of ADDON_FOLDERS) {
    const names = readdirSync(join(native, folder)).filter(name => /\.(cc|h)$/.test(name))
    for (const name of names.toSorted()) {
      hash
        .update(`${folder}/${name}\0`)
        .update(readFileSync(join(native, folder, name)))
        .update('\0')
    }
  }
  return hash.digest('hex').slice(0, 16)
}
