/** What `npm run bench` can be told by its environment and arguments. */
export interface BenchSettings {
  /** A cluster of one's own; without it a Kafka is started for the bench alone. */
  readonly brokers: string | undefined
  /** Records of a throughput run. */
  readonly records: number
  /** How often throughput is measured. */
  readonly runs: number
  /** Records a second of the latency runs; none if empty. */
  readonly rates: readonly number[]
  /** How long a latency run lasts, its warm-up left out. */
  readonly latencySeconds: number
  /** Programs that do the login job, by name. */
  readonly programs: ReadonlyMap<string, string>
}

const OWN_PROGRAM = './bench/login-job'

/**
 * Arguments are further programs to compare with, as `name=command`.
 *
 * @throws naming the variable or argument that is wrong.
 */
export function readBenchSettings(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[]
): BenchSettings {
  const number = (name: string, fallback: number): number => positive(name, environment[name] || String(fallback))
  return {
    brokers: environment.BROKERS || undefined,
    records: number('N', 500_000),
    runs: number('RUNS', 3),
    rates: ratesOf(environment.RATES ?? '1000,20000'),
    latencySeconds: number('LATENCY_SECONDS', 10),
    programs: new Map([['millrace', OWN_PROGRAM], ...args.map(programOf)])
  }
}

function ratesOf(text: string): readonly number[] {
  return text === '' || text === 'none' ? [] : text.split(',').map(rate => positive('RATES', rate))
}

function programOf(arg: string): [string, string] {
  const match = /^([\w.-]+)=(.+)$/s.exec(arg)
  if (match === null) throw new Error(`"${arg}" is no program: write name=command`)
  return [match[1], match[2]]
}

function positive(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`${name} is a whole number from 1 on, not "${text}"`)
  return number
}
