import { execFile } from 'node:child_process'
import { join } from 'node:path'

/** The oldest Java that Kafka 4 runs on. */
export const OLDEST_JAVA = 17

export interface Java {
  path: string
  majorVersion: number
}

/** Java's major version from what `java -version` prints; undefined if it prints something else. */
export function javaMajorVersion(printed: string): number | undefined {
  // Until 8 the version was 1.8.0_292; since 9 it begins with the major version.
  const match = /version "(?:1\.)?(\d+)/.exec(printed)
  return match ? Number(match[1]) : undefined
}

function askVersion(path: string): Promise<Java | undefined> {
  return new Promise(resolve => {
    execFile(path, ['-version'], { timeout: 10_000 }, (error, stdout, stderr) => {
      const majorVersion = error ? undefined : javaMajorVersion(stdout + stderr)
      resolve(majorVersion === undefined ? undefined : { path, majorVersion })
    })
  })
}

/** A Java new enough for Kafka: the one JAVA_HOME names, else the one on the PATH. */
export async function findJava(): Promise<Java | undefined> {
  const home = process.env.JAVA_HOME
  const candidates = home ? [join(home, 'bin/java'), 'java'] : ['java']
  for (const path of candidates) {
    const java = await askVersion(path)
    if (java && java.majorVersion >= OLDEST_JAVA) return java
  }
  return undefined
}
