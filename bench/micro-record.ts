import { createHmac } from 'node:crypto'
import { hashesByAddon } from '../src/hashing/by-addon.ts'
import type { Hashes } from '../src/hashing/hashes.ts'
import { hashesByNode } from '../src/hashing/node-crypto.ts'
import { truncateIp } from '../pipelines/user-login/ip-masking.ts'
import { formatIsoTime } from '../pipelines/user-login/iso-time.ts'
import { ProcessedLogin, UserLogin } from '../pipelines/user-login/schema.ts'
import { checkTimestamp, parseTimestampMs } from '../pipelines/user-login/timestamp.ts'
import { sha256Hex } from '../src/index.ts'
import { RowWriter } from '../src/slabs/rows.ts'
import { Slab } from '../src/slabs/slab.ts'
import { JsonOutput } from '../workers/codecs/json.ts'
import { compileDraft } from '../workers/json-draft.ts'
import { createLargeParser, loadSimdjson } from '../workers/large-json.ts'
import { createSerializer } from '../workers/serialize.ts'
import { createValidator } from '../workers/validate.ts'
import { incomingLogins } from './micro-logins.ts'
import { parsingSteps } from './micro-parse.ts'
import { each, type MicroStep } from './micro-step.ts'

/** What is done to one record after the other, over arrays of values made beforehand. */
export function recordSteps(): readonly MicroStep[] {
  const texts = incomingLogins('good').map(({ value }) => Buffer.from(value as Uint8Array).toString())
  const logins = texts.map(text => JSON.parse(text) as UserLogin)
  const outputs = logins.map(processed)
  return [
    ...parsingSteps(texts),
    ...parsingLarge(logins),
    ...checking(logins),
    ...hashing(logins),
    ...masking(logins),
    ...serializing(outputs)
  ]
}

function checking(logins: readonly UserLogin[]): MicroStep[] {
  const validator = createValidator({
    schema: UserLogin,
    requiredFields: UserLogin.required,
    fieldDefaults: { device_type: 'unknown' },
    extraFields: 'drop',
    checks: { timestamp: checkTimestamp }
  })
  return [each('validate', logins, login => validator.validate(login as Record<string, unknown>))]
}

/** One record of some 100 KB; simdjson only where it is built. */
function parsingLarge(logins: readonly UserLogin[]): MicroStep[] {
  const text = JSON.stringify({ logins })
  const simdjson = loadSimdjson()
  const steps = [each('JSON.parse of 100 KB', [text], large => JSON.parse(large))]
  if (simdjson === undefined) return steps
  return [...steps, each('LARGE_JSON=simdjson of 100 KB', [text], createLargeParser(simdjson))]
}

/** By the addon only where it is built. */
function hashing(logins: readonly UserLogin[]): MicroStep[] {
  const key = Buffer.alloc(32, 7)
  const ways = Object.entries({ 'the addon': hashesByAddon(), Node: hashesByNode })
  const direct = (text: string): string => createHmac('sha256', key).update(text).digest('hex')
  return [
    ...ways.flatMap(([name, hashes]) => (hashes === undefined ? [] : hashingBy(name, hashes, key, logins))),
    each('hash: HMAC, key schedule each time', logins, login => direct(login.device_id))
  ]
}

function hashingBy(name: string, hashes: Hashes, key: Uint8Array, logins: readonly UserLogin[]): MicroStep[] {
  const hmac = hashes.createHmac(key)
  return [
    each(`hash: SHA-256 by ${name}`, logins, login => hashes.sha256(login.device_id)),
    each(`hash: HMAC by ${name}, as with PII_HASH_KEY`, logins, login => hmac(login.device_id))
  ]
}

function masking(logins: readonly UserLogin[]): MicroStep[] {
  return [
    each('mask an IP address', logins, login => truncateIp(login.ip)),
    each('timestamp to milliseconds', logins, login => parseTimestampMs(login.timestamp)),
    each('time as ISO 8601', logins, (_, index) => formatIsoTime(1_694_479_551_000 + index)),
    each('time as ISO 8601, toISOString', logins, (_, index) => new Date(1_694_479_551_000 + index).toISOString())
  ]
}

/** Into a row of a slab, as a worker does: a string of pieces costs only when it is written. */
function serializing(outputs: readonly ProcessedLogin[]): MicroStep[] {
  const rows = new RowWriter(Slab.allocate({ records: 1, rows: 2, inputBytes: 8, outputBytes: 4096 }))
  const into = (write: (output: ProcessedLogin) => void) => (output: ProcessedLogin) => {
    rows.begin(0)
    rows.open(0, 0)
    write(output)
    return rows.rowBytes
  }
  const serialize = createSerializer(ProcessedLogin, UserLogin, false)
  const [drafted, exact] = [new JsonOutput(serialize, compileDraft(ProcessedLogin)), new JsonOutput(serialize)]
  const foreign = outputs.map(output => ({ ...output, locale: 'Österreich' }))
  const escaped = outputs.map(output => ({ ...output, locale: 'a "quoted" one' }))
  const draft = into(output => drafted.write(rows, output, output))
  const fastJsonStringify = into(output => exact.write(rows, output, output))
  return [
    each('serialize: a draft', outputs, draft),
    each('serialize: fast-json-stringify', outputs, fastJsonStringify),
    each(
      'serialize: JSON.stringify',
      outputs,
      into(output => rows.setValue(JSON.stringify(output)))
    ),
    each('serialize: a draft, not ASCII', foreign, draft),
    each('serialize: fast-json-stringify, not ASCII', foreign, fastJsonStringify),
    each('serialize: a draft in vain', escaped, draft)
  ]
}

function processed(login: UserLogin): ProcessedLogin {
  const timestampMs = parseTimestampMs(login.timestamp)
  return {
    user_id: login.user_id,
    app_version: login.app_version,
    device_type: login.device_type,
    ip: truncateIp(login.ip),
    locale: login.locale,
    device_id: sha256Hex(login.device_id),
    timestamp: Math.floor(timestampMs / 1000),
    event_time: formatIsoTime(timestampMs),
    processed_at: formatIsoTime(timestampMs)
  }
}
