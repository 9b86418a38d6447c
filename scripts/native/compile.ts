import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')
export const BUILD = join(ROOT, 'native/build')
const KAFKA_JAVASCRIPT = join(ROOT, 'node_modules/@confluentinc/kafka-javascript')
const RDKAFKA_HEADERS = join(KAFKA_JAVASCRIPT, 'deps/librdkafka/src')
/** What kafka-javascript was built with; there is none beside a prebuilt one. */
export const LIBRDKAFKA = join(KAFKA_JAVASCRIPT, 'build/deps/librdkafka.so.1')
/** Beside the binary, as Node's own packages have them. */
const NODE_HEADERS = join(dirname(process.execPath), '../include/node')

/** Also to be linked with: with sanitizers a program exports what librdkafka is to take from it. */
const KINDS = { addon: ['-fPIC', '-shared', '-fvisibility=hidden'], program: ['-rdynamic'] } as const

export interface Target {
  /** Its file in native/build. */
  readonly name: string
  readonly kind: keyof typeof KINDS
  /** Folders of native/ whose sources it is made of. */
  readonly folders: readonly string[]
  /** As `-fsanitize` takes them. */
  readonly sanitizers?: string
}

/**
 * Compiles with the C++ compiler of the machine: a few files against Node's headers and librdkafka's one. librdkafka itself
 * is found when the addon is loaded, so it is not linked. Answers the file.
 *
 * @throws Error that says what is missing, or that the compiler has failed.
 */
export function compile({ name, kind, folders, sanitizers }: Target): string {
  const header = [join(NODE_HEADERS, 'node_api.h'), join(RDKAFKA_HEADERS, 'rdkafka.h')].find(file => !existsSync(file))
  if (header !== undefined) throw new Error(`${name} can't be built: ${header} is missing`)
  mkdirSync(BUILD, { recursive: true })
  const file = join(BUILD, name)
  const unfinished = `${file}.${process.pid}`
  const checks = sanitizers === undefined ? ['-O2', '-g1'] : ['-O1', '-g', `-fsanitize=${sanitizers}`]
  const language = ['-std=c++17', '-fno-exceptions', '-pthread', '-Wall', '-Wextra', '-Werror']
  const headers = ['-isystem', NODE_HEADERS, '-isystem', RDKAFKA_HEADERS]
  const args = [...language, ...KINDS[kind], ...checks, ...headers, ...sourcesOf(folders), '-o', unfinished, '-ldl']
  const { error, status } = spawnSync(process.env.CXX ?? 'c++', args, { stdio: 'inherit' })
  if (error !== undefined) throw new Error(`${name} can't be built: ${error.message}`)
  if (status !== 0) throw new Error(`${name} can't be built: the compiler ended with ${status}`)
  // A process that has the old one loaded goes on with it.
  renameSync(unfinished, file)
  return file
}

function sourcesOf(folders: readonly string[]): string[] {
  return folders.flatMap(folder => {
    const names = readdirSync(join(ROOT, 'native', folder)).filter(name => name.endsWith('.cc'))
    return names.map(name => join(ROOT, 'native', folder, name))
  })
}
