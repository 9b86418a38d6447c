import { type PeerName, peers } from './peers/peers.ts'
import { type ScenarioName, scenarios, usualScenarios } from './scenarios.ts'

/** What `npm run bench` can be told by its environment and arguments. */
export interface BenchSettings {
  readonly scenarios: readonly ScenarioName[]
  /** A cluster of one's own; without it a Kafka is started for the bench alone. */
  readonly brokers: string | undefined
  /** Records of a run. */
  readonly records: number
  /** How often each row of a scenario is measured. */
  readonly runs: number
  /** Records a second of the latency runs. */
  readonly rates: readonly number[]
  /** How long a latency run lasts, its warm-up left out. */
  readonly latencySeconds: number
  /** How often latency is measured at each rate. */
  readonly latencyRuns: number
  readonly peers: readonly PeerName[]
  /** Further programs that do the login job: name and command. */
  readonly programs: ReadonlyMap<string, string>
  /** Where charts go beside the report; undefined draws none. */
  readonly figures: string | undefined
}

/**
 * Arguments are names of scenarios, `all`, and further programs to compare with, as `name=command`.
 *
 * @throws naming the variable or argument that is wrong.
 */
export function readBenchSettings(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[]
): BenchSettings {
  const number = (name: string, fallback: number): number => positive(name, environment[name] || String(fallback))
  const programs = args.filter(arg => arg.includes('=')).map(programOf)
  const named = args.filter(arg => !arg.includes('='))
  return {
    scenarios: named.includes('all') ? allScenarios() : namesOf('scenario', named, allScenarios(), usualScenarios),
    brokers: environment.BROKERS || undefined,
    records: number('N', 500_000),
    runs: number('RUNS', 3),
    rates: (environment.RATES || '1000,20000').split(',').map(rate => positive('RATES', rate)),
    latencySeconds: number('LATENCY_SECONDS', 10),
    latencyRuns: number('LATENCY_RUNS', 1),
    peers: peersOf(environment.PEERS || 'all'),
    programs: new Map(programs),
    figures: environment.FIGURES || undefined
  }
}

function allScenarios(): readonly ScenarioName[] {
  return Object.keys(scenarios) as ScenarioName[]
}

function peersOf(text: string): readonly PeerName[] {
  const all = Object.keys(peers) as PeerName[]
  if (text === 'none') return []
  return text === 'all' ? all : namesOf('peer', text.split(','), all, all)
}

function namesOf<Name extends string>(
  what: string,
  given: readonly string[],
  known: readonly Name[],
  otherwise: readonly Name[]
): readonly Name[] {
  const unknown = given.find(name => !known.includes(name as Name))
  if (unknown !== undefined) throw new Error(`there is no ${what} "${unknown}", but ${known.join(', ')}`)
  return given.length === 0 ? otherwise : (given as Name[])
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
