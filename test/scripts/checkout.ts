import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { temporaryDir } from './temporary-dir.ts'

const root = resolve(import.meta.dirname, '../..')

/** A folder with this checkout's scripts and program files, whose .kafka and .tools are its own. */
export function checkoutCopy(withDependencies: boolean): string {
  const copy = temporaryDir()
  for (const name of ['scripts', 'bin', 'package.json', 'package-lock.json', 'docker-compose.yml']) {
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
