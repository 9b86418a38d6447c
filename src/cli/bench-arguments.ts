import { SettingsError } from '../config/read-environment.ts'
import { readArguments, readNumber } from './arguments.ts'

export interface BenchArguments {
  readonly help: boolean
  readonly tune: boolean
  /** How long tuning may take. */
  readonly minutes: number
  /** Of a throughput run; undefined: as many as take about two seconds. */
  readonly records: number | undefined
  /** Records a second of the latency run. */
  readonly rate: number
  readonly samples: boolean
  readonly json: boolean
}

export const BENCH_HELP = `Usage: millrace bench [options], with the settings of the processor

Measures the pipeline on this machine and these brokers: rate, CPU a record,
memory, latency. It reads the newest records of the input and writes them, over
and over, to topics of its own; from there processors of its own run, one at a
time. It never writes to your topics and is in no group of yours. Its topics
(millrace-bench-*) hold copies of your records until they are deleted, at the
end; where that can't be done they empty themselves after an hour.

  --tune         tries WORKERS, SLAB_RECORDS, MAX_IN_FLIGHT_RECORDS and
                 LINGER_MS, and prints those that are better as lines of an env
                 file
  --minutes N    how long that may take (3)
  --samples      sample logins in place of the input's records
  --records N    of a run; as many as take some two seconds otherwise
  --rate N       records a second when latency is measured (1000)
  --json         the figures for machines

Run it where and when nothing else runs: a processor beside it takes its share.
`

const options = {
  tune: { type: 'boolean', default: false },
  minutes: { type: 'string' },
  records: { type: 'string' },
  rate: { type: 'string', default: '1000' },
  samples: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false }
} as const

const MINUTES = 3

/** @throws SettingsError */
export function readBenchArguments(args: readonly string[]): BenchArguments {
  const { values } = readArguments({ args: [...args], options })
  const { minutes, records, ...flags } = values
  if (minutes !== undefined && !flags.tune) throw new SettingsError('--minutes is for --tune')
  return {
    ...flags,
    minutes: minutes === undefined ? MINUTES : readMinutes(minutes),
    records: records === undefined ? undefined : readNumber('--records', records, 1000),
    rate: readNumber('--rate', flags.rate, 1)
  }
}

function readMinutes(text: string): number {
  const minutes = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : 0
  if (minutes > 0) return minutes
  throw new SettingsError('--minutes is a number above 0, as 3 or 0.5')
}
