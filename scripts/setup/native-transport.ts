// Whether the native transport can be used: prints what it uses, or what is used instead, and ends with 0; with 1 if it
// is to be built. `build` does that, and keeps in mind what was in the way, so that not every set-up tries it again.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { buildNative, lacksLibrary } from '../../src/addon-build/build-native.ts'
import { CannotBuild } from '../../src/addon-build/cannot-build.ts'
import { findCompiler } from '../../src/addon-build/toolchain.ts'
import { loadAddon, NativeUnavailable } from '../../src/kafka/native/addon.ts'
import { NATIVE, PACKAGE } from '../../src/addon/places.ts'
import { digestOf } from '../../src/addon/sources.ts'
import { bundledVersion } from '../../src/kafka/native/places.ts'

const INSTEAD = "kafka-javascript's transport, the native one can't be built"
const TRIED = join(PACKAGE, '.tools/native-transport.tried')

interface Attempt {
  readonly circumstances: string
  readonly why: string
  readonly cure: string
}

/** What must have changed before another try makes sense. */
function circumstances(): string {
  return [digestOf(NATIVE), bundledVersion(), process.version, compilerVersion()].join(', ')
}

function compilerVersion(): string {
  try {
    const [command, ...args] = findCompiler()
    return spawnSync(command, [...args, '--version'], { encoding: 'utf8' }).stdout.split('\n', 1)[0]
  } catch (error) {
    if (error instanceof CannotBuild) return 'none'
    throw error
  }
}

function lastAttempt(): Attempt | undefined {
  try {
    const attempt = JSON.parse(readFileSync(TRIED, 'utf8')) as Attempt
    return attempt.circumstances === circumstances() ? attempt : undefined
  } catch {
    return undefined
  }
}

function usable(): string | undefined {
  try {
    return `native transport on librdkafka ${loadAddon().librdkafkaVersion}`
  } catch (error) {
    if (error instanceof NativeUnavailable) return undefined
    throw error
  }
}

/** A system's librdkafka does, but the one of kafka-javascript's version is better, unless that has been tried. */
function state(): string | undefined {
  const used = usable()
  if (used !== undefined && !lacksLibrary()) return used
  const attempt = lastAttempt()
  return attempt === undefined ? undefined : (used ?? INSTEAD)
}

function build(): void {
  rmSync(TRIED, { force: true })
  try {
    console.log(`the native transport uses ${buildNative(text => console.log(`… ${text}`))}`)
    if (lacksLibrary()) remember("there is a librdkafka, but not of kafka-javascript's version", 'see native/README.md')
  } catch (error) {
    if (!(error instanceof CannotBuild)) throw error
    remember(error.message, error.cure)
    console.error(`${error.message}\ncure: ${error.cure}`)
    process.exitCode = 1
  }
}

function remember(why: string, cure: string): void {
  const attempt: Attempt = { circumstances: circumstances(), why, cure }
  writeFileSync(TRIED, JSON.stringify(attempt))
}

if (process.argv[2] === 'build') build()
else {
  const is = state()
  if (is === undefined) process.exitCode = 1
  else console.log(is)
}
