import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BUILD, NATIVE } from '../addon/places.ts'
import { digestOf } from '../addon/sources.ts'
import { kafkaJavascript } from '../kafka/native/places.ts'
import { CannotBuild } from './cannot-build.ts'
import { findCompiler, findNodeHeaders } from './toolchain.ts'

export interface Target {
  /** Its file in native/build. */
  readonly name: string
  readonly kind: 'addon' | 'program'
  /** Folders of native/ whose sources it is made of. */
  readonly folders: readonly string[]
  /** As `-fsanitize` takes them. Warnings are errors then, which at a user's, with a compiler not yet known, they are not. */
  readonly sanitizers?: string
}

/**
 * Compiles with the C++ compiler of the machine: a few files against Node's headers and librdkafka's one. librdkafka itself
 * is found when the addon is loaded, so it is not linked. Answers the file.
 *
 * @throws CannotBuild that says what is missing, or what the compiler has said.
 */
export function compile(target: Target): string {
  const [command, ...before] = findCompiler()
  const folders = [findNodeHeaders(), findLibrdkafkaHeader()]
  const file = join(BUILD, target.name)
  const unfinished = `${file}.${process.pid}`
  makeBuildFolder()
  const headers = folders.flatMap(folder => ['-isystem', folder])
  // Libraries come behind what needs them, or some linkers leave them out.
  const args = [...before, ...headers, ...sourcesOf(target.folders), '-o', unfinished, ...flagsFor(target)]
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) {
    rmSync(unfinished, { force: true })
    throw new CannotBuild(`${command} ended with ${status}:\n${stdout}${stderr}`, 'correct what it complains about')
  }
  // A process that has the old one loaded goes on with it.
  renameSync(unfinished, file)
  return file
}

/** Nothing here is of one processor: what is fast on one machine must run on the next. */
export function flagsFor({ kind, sanitizers }: Target, platform: NodeJS.Platform = process.platform): string[] {
  const language = ['-std=c++17', '-fno-exceptions', '-pthread', '-Wall', '-Wextra']
  const checks = sanitizers === undefined ? ['-O2', '-g1'] : ['-O1', '-g', '-Werror', `-fsanitize=${sanitizers}`]
  const sources = [`-DMILLRACE_SOURCES="${digestOf(NATIVE)}"`]
  return [...language, ...checks, ...sources, ...linkedAs(kind, platform)]
}

/** A program with sanitizers exports what librdkafka is to take from it. On macOS Node's symbols are found when it is loaded. */
function linkedAs(kind: Target['kind'], platform: NodeJS.Platform): string[] {
  if (kind === 'program') return ['-rdynamic', '-ldl']
  const addon = ['-fPIC', '-fvisibility=hidden']
  if (platform === 'darwin') return [...addon, '-bundle', '-undefined', 'dynamic_lookup']
  return [...addon, '-shared', '-ldl']
}

/** In kafka-javascript's package, unless only what was installed of it is left. */
function findLibrdkafkaHeader(): string {
  const folders = ['deps/librdkafka/src', 'build/deps/include/librdkafka'].map(path => join(kafkaJavascript(), path))
  const found = folders.find(folder => existsSync(join(folder, 'rdkafka.h')))
  if (found !== undefined) return found
  throw new CannotBuild(`rdkafka.h is missing: ${folders[0]}`, 'install @confluentinc/kafka-javascript again')
}

/** @throws CannotBuild in a package that another user has installed. */
export function makeBuildFolder(): void {
  try {
    mkdirSync(BUILD, { recursive: true })
    accessSync(BUILD, constants.W_OK)
  } catch (error) {
    throw new CannotBuild(
      `${BUILD} can't be written: ${(error as Error).message}`,
      'run it as the user who owns that folder',
      { cause: error }
    )
  }
}

function sourcesOf(folders: readonly string[]): string[] {
  return folders.flatMap(folder => {
    const names = readdirSync(join(NATIVE, folder)).filter(name => name.endsWith('.cc'))
    return names.map(name => join(NATIVE, folder, name))
  })
}
