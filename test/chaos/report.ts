import { renderTable } from '../../bench/table.ts'
import type { Cause } from './causes.ts'
import { checkRepeats } from './check-repeats.ts'
import type { Evidence, Fault } from './evidence.ts'
import { judge } from './judge.ts'
import type { Verdict } from './verdict.ts'

export interface RunFacts {
  readonly evidence: Evidence
  readonly seconds: number
  readonly machine: Readonly<Record<string, string | number>>
  readonly startedAt: string
}

const thousands = new Intl.NumberFormat('en-US')

/** The verdicts, a line each, as they are printed. */
export function renderVerdicts(evidence: Evidence): string {
  return judge(evidence).map(lineOf).join('\n')
}

function lineOf({ promise, limit, found, kept, details }: Verdict): string {
  const line = `${kept ? '✔' : '✘'} ${promise}: ${found}`
  return kept ? line : [`${line} (limit ${limit})`, ...details.map(detail => `    ${detail}`)].join('\n')
}

/** The whole report of a run, in Markdown. */
export function renderReport({ evidence, seconds, machine, startedAt }: RunFacts): string {
  const { settings, faults } = evidence
  const verdicts = judge(evidence)
  const kept = verdicts.every(verdict => verdict.kept)
  const minutes = (seconds / 60).toFixed(1)
  return [
    `# Chaos, ${settings.delivery}`,
    '<!-- Written by `npm run test:chaos`; guarantees.md says how it judges. -->',
    `${thousands.format(settings.records)} numbered logins through ${settings.processors} processors and ` +
      `${settings.brokers} broker${settings.brokers === 1 ? '' : 's'}, while ${faults.length} faults happened: ` +
      `**${kept ? 'every promise was kept' : 'A PROMISE WAS BROKEN'}**. It took ${minutes} minutes.`,
    '## Verdicts',
    renderTable(
      ['promise', 'found', 'limit', 'kept'],
      verdicts.map(({ promise, found, limit, kept }) => [promise, found, limit, kept ? 'yes' : '**NO**'])
    ),
    ...verdicts.flatMap(({ promise, kept, details }) => (kept ? [] : [`Broken: ${promise}\n\n${list(details)}`])),
    '## Settings and machine',
    renderTable(['', ''], rowsOf({ ...settingsOf(evidence), 'started at': startedAt, ...machine })),
    '## Counts',
    renderTable(['', 'count'], rowsOf(countsOf(evidence))),
    ...repeatsOf(evidence),
    '## What processors complained of',
    complaintsOf(evidence),
    '## Faults, in the order in which they happened',
    renderTable(
      ['s', 'fault', 'of', 'lasted s'],
      faults.map(fault => faultRow(fault, faults[0]))
    ),
    ''
  ].join('\n\n')
}

const list = (lines: readonly string[]) => lines.map(line => `- ${line}`).join('\n')

const rowsOf = (facts: Readonly<Record<string, string | number>>) =>
  Object.entries(facts).map(([name, value]) => [name, typeof value === 'number' ? thousands.format(value) : value])

function settingsOf({ settings, maxInFlightRecords, commitIntervalMs }: Evidence): Record<string, string | number> {
  const { delivery, records, rate, partitions, processors, brokers, seed } = settings
  const { kills, terms, bounces, stopMs, workerKills, processorSettings } = settings
  const numbers = { RECORDS: records, RATE: rate, PARTITIONS: partitions, PROCESSORS: processors, BROKERS: brokers }
  const faults = { KILLS: kills, TERMS: terms, BOUNCES: bounces, STOP_MS: stopMs, WORKER_KILLS: workerKills }
  const core = { MAX_IN_FLIGHT_RECORDS: maxInFlightRecords, COMMIT_INTERVAL_MS: commitIntervalMs }
  return { DELIVERY: delivery, SEED: String(seed), ...numbers, ...faults, ...core, ...processorSettings }
}

function countsOf({ settings, acknowledged, rows, commits, ledgers, processors, workerDeaths }: Evidence) {
  const ended = (signal: string) => processors.filter(({ asked }) => asked === signal).length
  return {
    'logins written and acknowledged': acknowledged,
    'rows in the outputs': rows.length,
    'rows beyond one a login': rows.length - settings.records,
    'processes of processors': processors.length,
    'ended by SIGTERM, those at the end included': ended('SIGTERM'),
    'ended by SIGKILL': ended('SIGKILL'),
    'worker threads that died': workerDeaths,
    'looks at the committed offsets': commits.length,
    'looks at the ledgers of a processor': ledgers.length
  }
}

function repeatsOf(evidence: Evidence): string[] {
  const { repeats } = checkRepeats(evidence)
  if (repeats.length === 0) return []
  const [first] = evidence.faults
  const heads = ['s', 'fault', 'of', 'repeated rows', 'bound', 'oldest, ms before it']
  const rows = repeats.map(({ cause, repeated, bound, oldestMs }) => {
    const [atS, kind, target] = faultRow(cause, first)
    return [atS, kind, target].concat([repeated, bound, Math.max(0, oldestMs)].map(number => thousands.format(number)))
  })
  return ['## What was repeated, by the fault that explains it', renderTable(heads, rows)]
}

function complaintsOf({ processors }: Evidence): string {
  const counts = new Map<string, number>()
  for (const { complaints } of processors) {
    for (const [what, times] of complaints) counts.set(what, (counts.get(what) ?? 0) + times)
  }
  if (counts.size === 0) return 'Nothing.'
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  return renderTable(
    ['log lines of level warn and above', 'times'],
    sorted.map(([what, times]) => [what.replaceAll('|', '/'), thousands.format(times)])
  )
}

function faultRow({ kind, target, startMs, endMs }: Fault | Cause, first: Fault): string[] {
  const of = kind === 'bounce' ? 'broker' : 'processor'
  const seconds = (ms: number) => (ms / 1000).toFixed(1)
  const name = kind === 'bounce' ? 'kill -9' : kind
  return [seconds(startMs - first.startMs), name, `${of} ${target + 1}`, seconds(endMs - startMs)]
}
