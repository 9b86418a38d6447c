import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { propertiesFile } from './kafka-properties.ts'
import type { Properties } from './kafka-properties.ts'

export const LOG4J_CONFIGURATION = `-Dlog4j2.configurationFile=${join(import.meta.dirname, 'log4j2.properties')}`

/** Java's class path for a folder of jars. */
export function classPath(libsDir: string): string {
  const path = resolve(libsDir)
  if (path.includes(delimiter)) throw new Error(`Java can't take a class path with '${delimiter}' in it: ${path}`)
  return join(path, '*')
}

/**
 * Formats `dataDir` for a broker with these properties, unless it is formatted.
 * It is done in a folder of another name and that is renamed, so that an interrupted format is begun again, not half used.
 */
export async function formatStorage(
  java: string,
  libsDir: string,
  dataDir: string,
  properties: Properties,
  clusterId = newClusterId()
) {
  if (existsSync(join(dataDir, 'meta.properties'))) return
  const newDir = `${dataDir}.new`
  const configuration = `${dataDir}.properties`
  await rm(newDir, { recursive: true, force: true })
  await mkdir(newDir, { recursive: true })
  await writeFile(configuration, propertiesFile({ ...properties, 'log.dirs': newDir }))
  const jvm = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', LOG4J_CONFIGURATION]
  const tool = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', configuration]
  await promisify(execFile)(java, [...jvm, '-cp', classPath(libsDir), ...tool], { timeout: 60_000 })
  await rm(dataDir, { recursive: true, force: true })
  await rename(newDir, dataDir)
  await rm(configuration, { force: true })
}

/** 16 random bytes in base64url, as Kafka wants them; a leading '-' would be taken for an option. */
export function newClusterId(): string {
  return `m${randomBytes(16).toString('base64url').slice(1)}`
}
