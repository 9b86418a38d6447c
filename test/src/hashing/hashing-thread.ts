import { createHash, createHmac } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { createHmacSha256, sha256Hex } from '../../../src/index.ts'

/** A worker that hashes, and then ends by itself, by a mistake, or not at all. */
const TEXTS = 2000

const key = Buffer.from('secret')
let hmac = createHmacSha256(key)
let wrong = 0
for (let index = 0; index < TEXTS; index++) {
  const text = `${index} `.repeat(index % 200)
  // Those of before are garbage, with what they keep outside of JavaScript's heap.
  hmac = createHmacSha256(key)
  if (sha256Hex(text) !== createHash('sha256').update(text).digest('hex')) wrong++
  if (hmac(text) !== createHmac('sha256', key).update(text).digest('hex')) wrong++
}
globalThis.gc?.()

const maps = existsSync('/proc/self/maps') ? readFileSync('/proc/self/maps', 'utf8') : ''
parentPort?.postMessage({ wrong, librdkafka: maps.includes('librdkafka'), kept: hmac('').length }, [])
if (workerData === 'dies') throw new Error('on purpose')
if (workerData === 'is ended') for (;;) hmac('again and again')
