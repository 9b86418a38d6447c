import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/**
 * Builds the addon of the native transport with the C++ compiler of the machine: a few files against Node's headers and
 * librdkafka's one. librdkafka itself is found when the addon is loaded, so nothing is linked.
 *
 *     node scripts/native/build.ts [address,undefined]
 *
 * The argument, if any, names sanitizers; that addon has another name and needs their runtime loaded before Node.
 */
const ROOT = resolve(import.meta.dirname, '../..')
const SOURCES = join(ROOT, 'native')
const BUILD = join(SOURCES, 'build')
const RDKAFKA_HEADERS = join(ROOT, 'node_modules/@confluentinc/kafka-javascript/deps/librdkafka/src')

/** Beside the binary, as Node's own packages have it. */
const NODE_HEADERS = join(dirname(process.execPath), '../include/node')

function build(sanitizers: string | undefined): string {
  const header = [join(NODE_HEADERS, 'node_api.h'), join(RDKAFKA_HEADERS, 'rdkafka.h')].find(file => !existsSync(file))
  if (header !== undefined) throw new Error(`the addon can't be built: ${header} is missing`)
  mkdirSync(BUILD, { recursive: true })
  const addon = join(BUILD, sanitizers === undefined ? 'millrace.node' : 'millrace-sanitized.node')
  const unfinished = `${addon}.${process.pid}`
  const { error, status } = spawnSync(process.env.CXX ?? 'c++', compilerArguments(unfinished, sanitizers), {
    stdio: 'inherit'
  })
  if (error !== undefined) throw new Error(`the addon can't be built: ${error.message}`)
  if (status !== 0) throw new Error(`the addon can't be built: the compiler ended with ${status}`)
  // A process that has the old one loaded goes on with it.
  renameSync(unfinished, addon)
  return addon
}

function compilerArguments(output: string, sanitizers: string | undefined): string[] {
  const checked = sanitizers === undefined ? ['-O2', '-g1'] : ['-O1', '-g', `-fsanitize=${sanitizers}`]
  const warnings = ['-Wall', '-Wextra', '-Werror']
  const includes = ['-isystem', NODE_HEADERS, '-isystem', RDKAFKA_HEADERS]
  const kind = ['-std=c++17', '-fPIC', '-shared', '-fvisibility=hidden', '-fno-exceptions', '-pthread']
  return [...kind, ...checked, ...warnings, ...includes, ...sources(), '-o', output, '-ldl']
}

function sources(): string[] {
  return ['core', 'node'].flatMap(folder =>
    readdirSync(join(SOURCES, folder))
      .filter(name => name.endsWith('.cc'))
      .map(name => join(SOURCES, folder, name))
  )
}

console.log(`✔ ${build(process.argv[2])}`)
