import { expectedOutcome } from '../../pipelines/user-login/sample-outcome.ts'
import {
  createSampleGenerator,
  SAMPLE_HEADER,
  type Sample,
  type SampleGenerator
} from '../../pipelines/user-login/samples.ts'
import type { Header } from '../../src/index.ts'
import { loginProcessor } from '../pipelines/user-login/process-login.ts'
import { destinations, STRANGER, type Destination } from './evidence.ts'
import { KILL_HEADER, killWays, type KillWay } from './kill-ways.ts'
import type { ChaosSettings } from './settings.ts'

/** Settings under which what comes of a login depends on the login alone. */
export const LOGIN_SETTINGS = {
  ACCEPTED_APP_VERSIONS: '2.3.0',
  DROPPED_LOCALES: 'NE',
  ENRICH_FIELDS: 'event_time',
  PII_HASH_KEY: 'chaos'
} as const

const settings = {
  acceptedAppVersions: new Set(['2.3.0']),
  droppedLocales: ['NE'],
  invalidIp: 'dead-letter',
  tombstones: 'dead-letter'
} as const

const topicOf = {
  processed: 'processed',
  filtered: 'cleaned',
  expired: 'cleaned',
  'dead-letter': 'dead-letter'
} as const

/** A record of an output, as far as it is looked at. */
export interface OutputRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

export type LoginSettings = Pick<ChaosSettings, 'seed' | 'rate' | 'records' | 'workerKills'>

/** The logins of a run by their numbers, and what must come of each. */
export class Logins {
  readonly #samples: SampleGenerator
  /** Those that end their worker thread, and how. */
  readonly #killers: ReadonlyMap<number, KillWay>
  readonly #process = loginProcessor({
    options: { acceptedAppVersions: '2.3.0', droppedLocales: 'NE', enrichFields: 'event_time', piiHashKey: 'chaos' }
  })

  constructor({ seed, rate, records, workerKills }: LoginSettings) {
    this.#samples = createSampleGenerator({ seed, startTimeMs: Date.now(), samplesPerSecond: rate })
    this.#killers = this.#chooseKillers(records, workerKills)
  }

  at(number: number): Sample {
    const sample = this.#samples.at(number)
    const way = this.#killers.get(number)
    if (way === undefined) return sample
    return { ...sample, headers: [...sample.headers, { name: KILL_HEADER, value: Buffer.from(way) }] }
  }

  destinationOf(number: number): Destination {
    if (this.#killers.has(number)) return 'dead-letter'
    return topicOf[expectedOutcome(this.#samples.at(number), settings).outcome]
  }

  /** Spread over the run, each the next login that would have been processed. */
  #chooseKillers(records: number, count: number): ReadonlyMap<number, KillWay> {
    const killers = new Map<number, KillWay>()
    for (let killer = 0; killer < count; killer++) {
      let number = Math.floor(((killer + 0.5) * records) / count)
      while (topicOf[expectedOutcome(this.#samples.at(number), settings).outcome] !== 'processed') number++
      killers.set(number, killWays[killer % killWays.length])
    }
    return killers
  }

  /** Whether a row in that topic is anything but what must have come of this login there. */
  isTorn(number: number, destination: Destination, row: OutputRecord): boolean {
    const sample = this.#samples.at(number)
    if (!sameBytes(row.key, sample.key)) return true
    return !sameBytes(row.value, destination === 'processed' ? this.resultOf(number) : sample.value)
  }

  /** What the pipeline makes of a login that is processed. */
  resultOf(number: number): Buffer {
    return Buffer.from(JSON.stringify(this.#process(this.#samples.at(number).value).outputs[0]))
  }
}

/** The number that a login carries in its header; `STRANGER` if it is none of `count`. */
export function numberOf(headers: readonly Header[], count: number): number {
  const header = headers.find(({ name }) => name === SAMPLE_HEADER)
  const number = header === undefined ? NaN : Number(Buffer.from(header.value).toString())
  return Number.isInteger(number) && number >= 0 && number < count ? number : STRANGER
}

export function numberOfDestination(destination: Destination): number {
  return destinations.indexOf(destination)
}

function sameBytes(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other)
}
