import { resolve } from 'node:path'

export type Delivery = 'at-least-once' | 'exactly-once'

/** What one chaos run is told; each is an environment variable or an argument of the same name in capitals. */
export interface ChaosSettings {
  readonly delivery: Delivery
  /** Logins written while faults happen. */
  readonly records: number
  /** Logins written a second: with `records` it says how long the faults go on. */
  readonly rate: number
  readonly partitions: number
  readonly processors: number
  /** 1, or 3 with three replicas of everything. */
  readonly brokers: number
  /** Decides about the schedule of faults and about the logins. */
  readonly seed: number
  /** Processors that are killed: SIGKILL. */
  readonly kills: number
  /** Processors that are asked to stop: SIGTERM. */
  readonly terms: number
  /** Brokers that are killed and started again. */
  readonly bounces: number
  /** How long a processor is stopped in its tracks (SIGSTOP) before it may go on (SIGCONT); 0 for never. */
  readonly stopMs: number
  /** Logins that end, hang or exhaust the worker thread that handles them. */
  readonly workerKills: number
  /** The `millrace` to put to the test. */
  readonly program: string
  /** Where to write a report in Markdown. */
  readonly report: string | undefined
  /** Further settings of every processor. */
  readonly processorSettings: Readonly<Record<string, string>>
}

const PROGRAM = resolve(import.meta.dirname, '../../bin/millrace')
const deliveries: readonly string[] = ['at-least-once', 'exactly-once'] satisfies Delivery[]

/** Names and defaults of the whole numbers: those of the short form, some 40 s of faults for each way to deliver. */
const numbers = {
  RECORDS: 60_000,
  RATE: 1500,
  PARTITIONS: 6,
  PROCESSORS: 3,
  BROKERS: 1,
  SEED: 1,
  KILLS: 2,
  TERMS: 3,
  BOUNCES: 1,
  STOP_MS: 8000,
  WORKER_KILLS: 3
} as const
type NumberName = keyof typeof numbers

/** These may be 0. */
const optional: ReadonlySet<string> = new Set(['SEED', 'KILLS', 'TERMS', 'BOUNCES', 'STOP_MS', 'WORKER_KILLS'])
const texts: ReadonlySet<string> = new Set(['DELIVERY', 'PROGRAM', 'REPORT'])

/**
 * The settings of each run that is asked for: one, or one for each way to deliver if DELIVERY is not given.
 *
 * @param args `NAME=value`, stronger than the environment; a name that is none of ours is a setting for the processors.
 * @throws naming the setting that is wrong.
 */
export function readChaosSettings(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[]
): ChaosSettings[] {
  const given = new Map(args.map(pairOf))
  const text = (name: string) => given.get(name) || environment[name] || undefined
  const number = (name: NumberName) => numberOf(name, text(name) ?? String(numbers[name]))
  const brokers = number('BROKERS')
  if (brokers !== 1 && brokers !== 3) throw new Error(`BROKERS is 1 or 3, not ${brokers}`)
  const settings = {
    records: number('RECORDS'),
    rate: number('RATE'),
    partitions: number('PARTITIONS'),
    processors: number('PROCESSORS'),
    brokers,
    seed: number('SEED'),
    kills: number('KILLS'),
    terms: number('TERMS'),
    bounces: number('BOUNCES'),
    stopMs: number('STOP_MS'),
    workerKills: number('WORKER_KILLS'),
    program: resolve(text('PROGRAM') ?? PROGRAM),
    report: text('REPORT'),
    processorSettings: Object.fromEntries([...given].filter(([name]) => !(name in numbers) && !texts.has(name)))
  }
  return deliveriesOf(text('DELIVERY')).map(delivery => Object.assign({ delivery }, settings))
}

function deliveriesOf(text: string | undefined): Delivery[] {
  const asked = text?.split(',') ?? deliveries
  const stranger = asked.find(name => !deliveries.includes(name))
  if (stranger !== undefined) throw new Error(`DELIVERY is ${deliveries.join(' or ')}, not "${stranger}"`)
  return asked as Delivery[]
}

function pairOf(arg: string): [string, string] {
  const match = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(arg)
  if (match === null) throw new Error(`"${arg}" is no setting: write NAME=value`)
  return [match[1], match[2]]
}

function numberOf(name: NumberName, text: string): number {
  const least = optional.has(name) ? 0 : 1
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < least)
    throw new Error(`${name} is a whole number from ${least} on, not "${text}"`)
  return number
}
