import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { temporaryDir } from './temporary-dir.ts'

const root = resolve(import.meta.dirname, '../..')

/**
 * A folder with this checkout's scripts, whose .kafka and .tools are its own. With dependencies it has src/ as well and
 * can run a broker; without, it is bare enough to stand for a fresh checkout or an installed package.
 */
export function checkoutCopy(withDependencies: boolean): string {
  const copy = temporaryDir()
  const bare = ['scripts', 'bin', 'package.json', 'package-lock.json', 'docker-compose.yml']
  for (const name of withDependencies ? [...bare, 'src'] : bare) {
    cpSync(join(root, name), join(copy, name), { recursive: true })
  }
  if (withDependencies) symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** Puts shell scripts into a folder of their own, to stand in front of the PATH. */
export function fakePrograms(scripts: Record<string, string>): string {
  const dir = join(temporaryDir(), 'bin')
  mkdirSync(dir)
  for (const [name, body] of Object.entries(scripts)) {
    writeFileSync(join(dir, name), `#!/bin/sh\n${body}\n`)
    chmodSync(join(dir, name), 0o755)
  }
  return dir
}
