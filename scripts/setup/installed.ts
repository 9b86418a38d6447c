// Whether node_modules is what package-lock.json asks for and the Kafka client's addon really loads in this Node.
// Prints what there is and ends with 0, or says what is missing and ends with 1.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { lockDifference } from './lock-difference.ts'
import type { Lock } from './lock-difference.ts'

const root = join(import.meta.dirname, '../..')
const client = 'node_modules/@confluentinc/kafka-javascript'

function readLock(path: string): Lock {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Lock
}

function missing(): string | undefined {
  // npm writes this file last: without it an install was interrupted.
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return 'no finished npm install in node_modules'
  return lockDifference(readLock('package-lock.json'), readLock('node_modules/.package-lock.json'))
}

// The addon prints nothing and starts no thread until a client is made, so loading it is a cheap, honest test.
function librdkafkaVersion(): string {
  const addon = createRequire(import.meta.url)(join(root, client, 'librdkafka.js')) as { librdkafkaVersion: string }
  return addon.librdkafkaVersion
}

try {
  const difference = missing()
  if (difference !== undefined) throw new Error(difference)
  const origin = existsSync(join(root, client, 'build/deps/librdkafka.so.1')) ? 'built from source' : 'prebuilt'
  console.log(`librdkafka ${librdkafkaVersion()} ${origin}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
