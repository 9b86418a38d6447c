import { type BenchCase, type InputShape, type Program, USUAL_INPUT } from './bench-case.ts'

/** What a scenario compares. */
export interface Scenario {
  readonly what: string
  /** Peers and programs of the command line take part; the others compare Millrace with itself. */
  readonly withPeers?: true
  cases(programs: readonly Program[], records: number): readonly BenchCase[]
}

/** So much is read in a run of large records: enough for some seconds, and it must fit a disk. */
const LARGE_INPUT_BYTES = 400_000_000
/** A large backlog of dead letters is what the fuse is for; here it is what is measured. */
const FLOOD = { FUSE_ACTION: 'off' }

/** Those that run when none is named. */
export const usualScenarios: readonly ScenarioName[] = ['throughput', 'latency']

export type ScenarioName = keyof typeof scenarios

export const scenarios = {
  throughput: {
    what: 'the login job, beside other programs',
    withPeers: true,
    cases: (programs, records) => programs.map(program => ({ ...program, input: USUAL_INPUT, records }))
  },
  latency: {
    what: 'input to output at a steady rate, beside other programs',
    withPeers: true,
    // Its rows come of RATES; see latency.ts.
    cases: (programs, records) => programs.map(program => ({ ...program, input: USUAL_INPUT, records }))
  },
  transports: {
    what: 'the native transport and that on kafka-javascript',
    cases: (programs, records) => programs.map(program => ({ ...program, input: USUAL_INPUT, records }))
  },
  'record-size': {
    what: 'logins of 200 bytes to 100 KB',
    cases: ([millrace], records) =>
      [undefined, 1000, 10_000, 100_000].map(valueBytes =>
        shaped(millrace, `${valueBytes ?? 'about 210'} bytes`, { valueBytes }, fitting(records, valueBytes))
      )
  },
  'bad-records': {
    what: 'the share of records that become dead letters',
    cases: ([millrace], records) =>
      [0, 0.02, 0.2, 0.5].map(badShare =>
        shaped(withSettings(millrace, FLOOD), `${badShare * 100} % bad`, { badShare }, records)
      )
  },
  partitions: {
    what: 'one partition to a hundred',
    cases: ([millrace], records) =>
      [1, 6, 20, 100].map(partitions => shaped(millrace, `${partitions} partitions`, { partitions }, records))
  },
  headers: {
    what: 'headers that are passed through',
    cases: ([millrace], records) =>
      [0, 1, 5].map(headers => shaped(millrace, `${headers} headers`, { headers }, records))
  },
  'keyed-hash': {
    what: 'device ids hashed plainly, and with a key',
    cases: ([millrace], records) => [
      shaped(millrace, 'plain hash', {}, records),
      shaped(withSettings(millrace, { JOB_SETTINGS: 'PII_HASH_KEY=bench-bench-bench-bench' }), 'keyed', {}, records)
    ]
  },
  'exactly-once': {
    what: 'transactions, and none',
    cases: ([millrace], records) =>
      ['at-least-once', 'exactly-once'].map(delivery =>
        shaped(withSettings(millrace, { DELIVERY: delivery }), delivery, {}, records)
      )
  }
} as const satisfies Readonly<Record<string, Scenario>>

function shaped(program: Program, name: string, input: Partial<InputShape>, records: number): BenchCase {
  return { ...program, name, input: { ...USUAL_INPUT, ...input }, records }
}

function withSettings(program: Program, environment: Program['environment']): Program {
  return { ...program, environment: { ...program.environment, ...environment } }
}

/** Fewer records where they are large. */
export function fitting(records: number, valueBytes = 0): number {
  return valueBytes === 0 ? records : Math.min(records, Math.ceil(LARGE_INPUT_BYTES / valueBytes))
}
