import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { download } from './download.ts'

export const KAFKA_VERSION = '4.3.1'
export const MAVEN_CENTRAL = 'https://repo1.maven.org/maven2'

const PARALLEL_DOWNLOADS = 6

export interface Jar {
  /** Where it lies in a Maven repository. */
  path: string
  sha256: string
}

export interface JarProgress {
  done: number
  total: number
}

/** Reads a list in the form of `sha256sum`: 64 hex digits, two spaces, path. */
export function parseJarList(text: string): Jar[] {
  const jars = text
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const match = /^([0-9a-f]{64}) {2}([\w.+/-]+\.jar)$/.exec(line)
      if (!match || match[2].includes('..')) throw new Error(`not a line of a jar list: ${line}`)
      return { sha256: match[1], path: match[2] }
    })
  const names = new Set(jars.map(jar => basename(jar.path)))
  if (names.size !== jars.length) throw new Error('the jar list names a file twice')
  return jars
}

/** The jars that make Apache Kafka's broker and tools, with what each must hash to. */
export function kafkaJars(): Jar[] {
  return parseJarList(readFileSync(join(import.meta.dirname, 'kafka-jars.sha256'), 'utf8'))
}

export async function isIntact(path: string, sha256: string): Promise<boolean> {
  try {
    await access(path)
  } catch {
    return false
  }
  return (await sha256Of(path)) === sha256
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

async function fetchJar(jar: Jar, libsDir: string, mirror: string): Promise<void> {
  const target = join(libsDir, basename(jar.path))
  const part = `${target}.${process.pid}.part`
  try {
    await download(`${mirror}/${jar.path}`, part)
    const sha256 = await sha256Of(part)
    if (sha256 !== jar.sha256) {
      throw new Error(`${mirror}/${jar.path} is not the expected file: SHA-256 ${sha256}, expected ${jar.sha256}`)
    }
    // Renamed only now, so that a file under its own name is a whole and checked one.
    await rename(part, target)
  } finally {
    await rm(part, { force: true })
  }
}

/** Everything in the folder goes on Java's class path, so what is not in the list must not stay there. */
async function removeStrangers(libsDir: string, jars: readonly Jar[]): Promise<void> {
  const wanted = new Set(jars.map(jar => basename(jar.path)))
  for (const name of await readdir(libsDir)) {
    if (name.endsWith('.jar') && !wanted.has(name)) await rm(join(libsDir, name), { force: true })
  }
}

async function missingJars(libsDir: string, jars: readonly Jar[]): Promise<Jar[]> {
  const missing: Jar[] = []
  for (const jar of jars) {
    if (!(await isIntact(join(libsDir, basename(jar.path)), jar.sha256))) missing.push(jar)
  }
  return missing
}

/**
 * Makes `libsDir` hold exactly the given jars, each checked; fetches what is missing or damaged and keeps the rest.
 * `mirror` is the root of a Maven repository (the environment's MAVEN_MIRROR).
 * @throws Error naming the first jar that can't be had.
 */
export async function ensureJars(
  libsDir: string,
  jars: readonly Jar[] = kafkaJars(),
  mirror = process.env.MAVEN_MIRROR || MAVEN_CENTRAL,
  onProgress: (progress: JarProgress) => void = () => {}
): Promise<void> {
  await mkdir(libsDir, { recursive: true })
  await removeStrangers(libsDir, jars)
  const queue = await missingJars(libsDir, jars)
  let done = jars.length - queue.length
  const root = mirror.replace(/\/+$/, '')
  const fetchAll = async () => {
    for (let jar = queue.shift(); jar; jar = queue.shift()) {
      await fetchJar(jar, libsDir, root)
      onProgress({ done: ++done, total: jars.length })
    }
  }
  try {
    await Promise.all(Array.from({ length: PARALLEL_DOWNLOADS }, fetchAll))
  } finally {
    // After a failure the others end with the jar they are at.
    queue.length = 0
  }
}
