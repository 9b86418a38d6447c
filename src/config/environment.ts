import { nearest } from './edit-distance.ts'
import type { OptionTable } from './option.ts'
import { namedOptions, secretFileName } from './options.ts'
import type { Problem } from './problem.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Shorter names, or such without an underscore, are too near to everybody else's: `PATH` is not `RATE`. */
const SHORTEST_SUSPECT = 8
const SUSPECT_DISTANCE = 2

const PREFIX = 'MILLRACE_'
const PASS_THROUGH = /^LIBRDKAFKA_(CONSUMER|PRODUCER)_./
const SIDE = /^([A-Z]+)_(CONSUMER|PRODUCER)_./

/** Variables that were surely meant for us and are not ours: a setting that is silently ignored is found far too late. */
export function findStrangers(environment: Environment, table: OptionTable): Problem[] {
  const ours = new Set(ourNames(table))
  const set = Object.keys(environment).filter(name => environment[name] && !ours.has(name) && !PASS_THROUGH.test(name))
  const strangers = set.filter(name => !injectedByKubernetes(name, environment[name]))
  return strangers.flatMap(name => judge(name, ours) ?? [])
}

function ourNames(table: OptionTable): string[] {
  return namedOptions(table).flatMap(([name, option]) => (option.secret ? [name, secretFileName(name)] : [name]))
}

function judge(name: string, ours: ReadonlySet<string>): Problem | undefined {
  if (name.startsWith(PREFIX)) return unknownPrefixed(name, ours)
  if (name.startsWith('LIBRDKAFKA_')) {
    const remedy = 'write LIBRDKAFKA_CONSUMER_ or LIBRDKAFKA_PRODUCER_ and the property, its dots as underscores'
    return { settings: [name], wrong: 'does not say which client it is for', remedy }
  }
  const prefix = SIDE.exec(name)?.[1]
  if (prefix !== undefined && nearest(prefix, ['LIBRDKAFKA'], SUSPECT_DISTANCE)) {
    return { settings: [name], wrong: `looks like LIBRDKAFKA_ misspelt`, remedy: `rename or unset it` }
  }
  if (name.length < SHORTEST_SUSPECT || !name.includes('_')) return undefined
  const meant = nearest(name.toUpperCase(), ours, SUSPECT_DISTANCE)
  if (meant === undefined) return undefined
  return { settings: [name], wrong: `looks like ${meant} misspelt`, remedy: `rename it to ${meant}, or unset it` }
}

function unknownPrefixed(name: string, ours: ReadonlySet<string>): Problem {
  const meant = nearest(name.slice(PREFIX.length), ours, SUSPECT_DISTANCE)
  const remedy = meant ? `write ${meant}, without the prefix` : 'unset it; settings have no prefix, see millrace --help'
  return { settings: [name], wrong: 'is not a setting', remedy }
}

/**
 * Kubernetes tells every container of the Services beside it. One called `millrace` must not keep Millrace from
 * starting with `MILLRACE_SERVICE_HOST` and its like.
 */
function injectedByKubernetes(name: string, value: string | undefined): boolean {
  if (/_SERVICE_(HOST|PORT)$|_SERVICE_PORT_|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name)) return true
  return name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value ?? '')
}
