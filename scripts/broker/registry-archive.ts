import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { download } from './download.ts'
import { isIntact, MAVEN_CENTRAL, sha256Of } from './kafka-jars.ts'

/** The last one that runs on Java 17. */
export const APICURIO_VERSION = '3.0.9'
const ARCHIVE = `io/apicurio/apicurio-registry-app/${APICURIO_VERSION}/apicurio-registry-app-${APICURIO_VERSION}-all.tar.gz`
const SHA256 = '2b28181501a20cbf6efcd77f9b7153908fc01f3d3a7c32024c0bd9e1b04c8a43'
/** 109 MB, also over a slow line. */
const DOWNLOAD_TIMEOUT_MS = 900_000

const run = promisify(execFile)

/** Where a checkout keeps the registry; its tests use the same. */
export function registryDirOf(dir: string): string {
  return join(dir, `apicurio-${APICURIO_VERSION}`)
}

/** What is given to `java -jar`. */
export function registryJar(registryDir: string): string {
  return join(registryDir, `apicurio-registry-app-${APICURIO_VERSION}-runner.jar`)
}

/**
 * Makes `registryDir` hold Apicurio Registry, from Maven Central or the mirror of it that MAVEN_MIRROR names.
 *
 * @throws Error with the address and the reason.
 */
export async function ensureRegistry(
  registryDir: string,
  mirror = process.env.MAVEN_MIRROR || MAVEN_CENTRAL
): Promise<void> {
  if (existsSync(registryJar(registryDir))) return
  // Of this process alone: two may be doing the same.
  const part = `${registryDir}.${process.pid}.part`
  const archive = join(part, basename(ARCHIVE))
  try {
    await mkdir(part, { recursive: true })
    await fetchArchive(archive, mirror.replace(/\/+$/, ''))
    const unpacked = join(part, 'unpacked')
    await mkdir(unpacked)
    await run('tar', ['-xzf', archive, '-C', unpacked])
    // Moved only now, so that a folder under its own name is a whole one.
    if (!existsSync(registryJar(registryDir))) await rename(unpacked, registryDir)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

async function fetchArchive(path: string, mirror: string): Promise<void> {
  const url = `${mirror}/${ARCHIVE}`
  await download(url, path, DOWNLOAD_TIMEOUT_MS)
  if (await isIntact(path, SHA256)) return
  throw new Error(`${url} is not the expected file: SHA-256 ${await sha256Of(path)}, expected ${SHA256}`)
}
