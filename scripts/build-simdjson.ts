// `npm run build:simdjson`: builds the optional package that LARGE_JSON=simdjson uses, and sees that it works.
// No install does it: few need it, it takes 10 to 20 s and a C++ compiler, and without one nothing may fail.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadSimdjson } from '../workers/large-json.ts'

const root = join(import.meta.dirname, '..')
const prefix = dirname(dirname(process.execPath))

/** The headers of this very Node, where they came with it: else node-gyp downloads them. */
const headers = existsSync(join(prefix, 'include/node/node.h')) ? [`--nodedir=${prefix}`] : []

function build(): number {
  // Without -Bsymbolic it would call into the other version of simdjson that Node has in itself.
  const env: NodeJS.ProcessEnv = { ...process.env, LDFLAGS: `-Wl,-Bsymbolic ${process.env['LDFLAGS'] ?? ''}` }
  // The make that may have called us has set these for itself.
  for (const name of ['JOBS', 'MAKEFLAGS', 'MFLAGS', 'MAKELEVEL']) delete env[name]
  const cwd = join(root, 'node_modules/simdjson')
  const { status, error } = spawnSync('node-gyp', ['rebuild', ...headers], { cwd, env, stdio: 'inherit' })
  if (error !== undefined)
    console.error(`node-gyp can't be run (${error.message}): call this by npm run build:simdjson`)
  return status ?? 1
}

process.exitCode = build()
if (process.exitCode === 0) {
  const parse = loadSimdjson()
  console.log(parse === undefined ? '✘ simdjson is built, but can not be loaded' : '✔ simdjson is built and loads')
  if (parse === undefined) process.exitCode = 1
}
