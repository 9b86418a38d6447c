import { faults, type FaultName } from '../../pipelines/user-login/sample-faults.ts'
import { NumberedRandom } from '../../pipelines/user-login/sample-random.ts'
import { badRecords, soundLogin } from '../corpus/bad-records.ts'
import type { NewRecord } from '../kafka/topic-writer.ts'

/** Whom the records are about. The output may hold the first: it is the key of all topics. */
export const userId = soundLogin.user_id
/** Nothing else may be found anywhere. */
export const identifying = [
  soundLogin.ip,
  soundLogin.device_id,
  '5935928',
  '192.168.001.001',
  'fe80::1%eth0',
  '2001:db8:77::42'
]

/** Personal values where nobody expects them: these are dead letters, each for a reason of its own. */
const misplaced: readonly string[] = [
  ...['app_version', 'device_type', 'locale'].map(field => login({ [field]: soundLogin.ip, timestamp: 'now' })),
  login({ locale: soundLogin.device_id, ip: '' }),
  login({ timestamp: soundLogin.ip }),
  login({ timestamp: `${soundLogin.timestamp} ${soundLogin.device_id}` }),
  login({ ip: '2001:db8:77::42', user_id: '' }),
  login({ ip: { v6: '2001:db8:77::42' } }),
  login({ [soundLogin.ip]: 1, ip: '' }),
  login({ note: { deep: [soundLogin.ip, userId] }, locale: '' }),
  `{"locale":"${soundLogin.ip}",${login({ locale: '' }).slice(1)}`,
  login({ ip: 'not an address' }).replace('"locale"', String.raw`"\u006cocale"`),
  login({ locale: '' }).replace(soundLogin.ip, escaped(soundLogin.ip)),
  `user ${userId} logged in from ${soundLogin.ip} with ${soundLogin.device_id}`,
  `${login().slice(0, -1)},"${soundLogin.ip}`,
  `["${soundLogin.ip}"]`,
  JSON.stringify(soundLogin.device_id)
]

/** Records of every kind, round the partitions, whose keys and headers say nothing: those pass by contract. */
export function* personalRecords(partitions: number): Generator<NewRecord> {
  let number = 0
  for (const { key, value, headers } of [...badRecords, ...faulty(), ...misplaced.map(plain)]) {
    yield { partition: number++ % partitions, key: key && `neutral-${number}`, value, headers }
  }
}

function* faulty() {
  const raw = Object.fromEntries(Object.entries(soundLogin).map(([field, value]) => [field, JSON.stringify(value)]))
  const value = Buffer.from(login())
  for (const name of Object.keys(faults) as FaultName[]) {
    for (let seed = 0; seed < 5; seed++) {
      yield { key: Buffer.alloc(1), value, headers: [], ...faults[name](raw, new NumberedRandom(seed)) }
    }
  }
}

function plain(text: string) {
  return { key: Buffer.alloc(1), value: Buffer.from(text), headers: [] }
}

function login(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...soundLogin, ...changes })
}

function escaped(text: string): string {
  return text.replace(/./gs, unit => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** How a value might be written: as it is, escaped for JSON, in base64 within a longer text, in hexadecimal. */
export function writings(value: string): string[] {
  const bytes = Buffer.from(value)
  const base64 = [0, 1, 2].map(shift => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    // Without the characters at both ends that say something of the neighbours, too.
    return text.slice([0, 2, 3][shift], Math.floor(((shift + bytes.length) * 8) / 6))
  })
  const hex = bytes.toString('hex')
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    escaped(value),
    encodeURIComponent(value),
    ...base64,
    hex,
    hex.toUpperCase()
  ]
}
