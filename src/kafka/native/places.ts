import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { BUILD, folderWithPackageJson } from '../../addon/places.ts'

/** kafka-javascript's folder, which has librdkafka's sources in it, and librdkafka itself where it was built from them. */
export function kafkaJavascript(): string {
  return folderWithPackageJson(dirname(createRequire(import.meta.url).resolve('@confluentinc/kafka-javascript')))
}

/** As the linker and the loader call version 1 of the library. */
export function libraryName(platform: NodeJS.Platform = process.platform): string {
  return platform === 'darwin' ? 'librdkafka.1.dylib' : 'librdkafka.so.1'
}

export interface LibraryPlace {
  readonly what: string
  /** A name without a folder is looked for by the system's loader. */
  readonly file: string
}

/** Where a librdkafka may be, the best first: what both transports use alike, then whatever there is. */
export function librdkafkaPlaces(platform: NodeJS.Platform = process.platform): readonly LibraryPlace[] {
  return [
    { what: "kafka-javascript's", file: ofKafkaJavascript(platform) },
    { what: "Millrace's own build", file: ownLibrary(platform) },
    ...systemFiles(platform).map(file => ({ what: "the system's", file }))
  ]
}

/** Of a prebuilt one it is inside the addon, and there is no such file. */
export function ofKafkaJavascript(platform: NodeJS.Platform = process.platform): string {
  return join(kafkaJavascript(), 'build/deps', libraryName(platform))
}

/** With the version in its path, so that another kafka-javascript never gets an old library. */
export function ownLibrary(platform: NodeJS.Platform = process.platform): string {
  return join(BUILD, `librdkafka-${bundledVersion()}`, libraryName(platform))
}

/** Of the sources that kafka-javascript brings. */
export function bundledVersion(): string {
  const { librdkafka } = JSON.parse(readFileSync(join(kafkaJavascript(), 'package.json'), 'utf8')) as {
    librdkafka: string
  }
  return librdkafka
}

/** macOS's loader does not look where Homebrew installs. */
function systemFiles(platform: NodeJS.Platform): string[] {
  const name = libraryName(platform)
  const folders = platform === 'darwin' ? ['/opt/homebrew/lib', '/usr/local/lib'] : []
  return [...folders.map(folder => join(folder, name)).filter(existsSync), name]
}
