import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { ADDON_FOLDERS } from '../addon/sources.ts'
import { bundledVersion, ofKafkaJavascript, ownLibrary } from '../kafka/native/places.ts'
import { buildLibrdkafka } from './build-librdkafka.ts'
import { CannotBuild } from './cannot-build.ts'
import { compile } from './compile.ts'

export const ADDON = { name: 'millrace.node', kind: 'addon', folders: ADDON_FOLDERS } as const

/**
 * Builds what the native transport needs on this machine: the addon, and librdkafka where none came with kafka-javascript.
 * `step` is told what comes next. Answers which librdkafka the addon uses.
 *
 * @throws CannotBuild that says what is missing and what to do.
 */
export function buildNative(step: (text: string) => void): string {
  step('compiling the addon')
  compile(ADDON)
  const refused = lacksLibrary() ? tryLibrary(step) : undefined
  const { used, why } = tryIt()
  if (used !== undefined) return used
  // Without the library, why there is none is the cause, and not that it was not found.
  throw refused ?? new CannotBuild(`it is built and can't be used: ${why}`, 'see what is named there')
}

/** Neither kafka-javascript nor an earlier build has left one for this version of kafka-javascript. */
export function lacksLibrary(): boolean {
  return !existsSync(ofKafkaJavascript()) && !existsSync(ownLibrary())
}

/** Answers why not: the system may have one. */
function tryLibrary(step: (text: string) => void): CannotBuild | undefined {
  step(`building librdkafka ${bundledVersion()} from the source in kafka-javascript's package (1 to 3 minutes)`)
  try {
    buildLibrdkafka()
    return undefined
  } catch (error) {
    if (error instanceof CannotBuild) return error
    throw error
  }
}

/** In a process of its own, as this one may have loaded what was there before. */
function tryIt(): { readonly used?: string; readonly why?: string } {
  const addon = new URL(`../kafka/native/addon${extname(import.meta.filename)}`, import.meta.url)
  const program = `const { loadAddon } = await import(${JSON.stringify(addon.href)})
    let answer
    try {
      const { librdkafkaVersion, librdkafkaFile } = loadAddon()
      answer = { used: 'librdkafka ' + librdkafkaVersion + ' (' + librdkafkaFile + ')' }
    } catch ({ message }) { answer = { why: message } }
    console.log(JSON.stringify(answer))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  // A library can end the process that loads it.
  return stdout === '' ? { why: `a process that loads it ends: ${stderr}` } : (JSON.parse(stdout) as object)
}
