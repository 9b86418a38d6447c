import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const DIRECTORY = join(root, '.test/bench-peers')
const TIMEOUT_MS = 120_000

/** Loads a package that only peers need: the project does not depend on it. */
export const requirePeer = createRequire(join(DIRECTORY, 'package.json'))

/**
 * Installs packages for peers, beside the project and only if they are missing.
 *
 * @returns why it could not be done; undefined if they are there.
 */
export function installPackages(packages: readonly string[]): string | undefined {
  if (packages.every(isThere)) return undefined
  mkdirSync(DIRECTORY, { recursive: true })
  const own = join(root, '.tools/npm/bin/npm-cli.js')
  const npm = existsSync(own) ? [process.execPath, own] : ['npm']
  const options = ['--prefix', DIRECTORY, '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock']
  const [program, ...args] = [...npm, 'install', ...options, ...packages]
  const { status, stderr, error } = spawnSync(program, args, { cwd: DIRECTORY, encoding: 'utf8', timeout: TIMEOUT_MS })
  if (status === 0 && packages.every(isThere)) return undefined
  return error?.message ?? (/^npm error (?!code)(.*)$/m.exec(stderr)?.[1] || `npm ended with ${status}`)
}

function isThere(specifier: string): boolean {
  return existsSync(join(DIRECTORY, 'node_modules', specifier.slice(0, specifier.lastIndexOf('@'))))
}
