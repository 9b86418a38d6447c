import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { CannotBuild } from './cannot-build.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The command, as its words: CXX may have arguments, or a wrapper in front. */
export function findCompiler(environment: Environment = process.env): readonly string[] {
  const named = environment.CXX?.trim()
  const candidates = named ? [named.split(/\s+/)] : [['c++'], ['g++'], ['clang++']]
  const found = candidates.find(([command, ...args]) => runs(command, [...args, '--version'], environment))
  if (found !== undefined) return found
  throw new CannotBuild(
    named ? `CXX=${named} does not run` : 'there is no C++ compiler',
    'install one (Debian, Ubuntu: apt-get install -y g++; Fedora: dnf install -y gcc-c++; Alpine: apk add g++; macOS: xcode-select --install)'
  )
}

/** Beside the binary, as Node's own packages have them; where npm was told; where node-gyp has put those of this version. */
export function findNodeHeaders(environment: Environment = process.env): string {
  const prefixes = [
    dirname(dirname(process.execPath)),
    environment.npm_config_nodedir,
    join(homedir(), '.cache/node-gyp', process.versions.node),
    join(homedir(), 'Library/Caches/node-gyp', process.versions.node)
  ]
  const folders = prefixes.filter(prefix => prefix !== undefined).map(prefix => join(prefix, 'include/node'))
  const found = folders.find(folder => existsSync(join(folder, 'node_api.h')) && existsSync(join(folder, 'uv.h')))
  if (found !== undefined) return found
  throw new CannotBuild(
    `the headers of Node ${process.version} are missing: ${folders[0]}`,
    'use the Node of nodejs.org, of its image or of a version manager, which bring them, or set npm_config_nodedir to a folder with include/node'
  )
}

function runs(command: string, args: readonly string[], environment: Environment): boolean {
  const { status } = spawnSync(command, args, { stdio: 'ignore', env: { ...environment } })
  return status === 0
}
