import { NumberedRandom } from '../../pipelines/user-login/sample-random.ts'
import { InputColumns, RowColumns, type Evidence, type Fault, type Row } from './evidence.ts'

/** What a run of a processor that keeps its promises leaves behind, made up: for tests of the judge. */
export interface History {
  readonly evidence: Evidence
  /** The same rows one by one, to be spoiled. */
  readonly rows: readonly Row[]
}

export interface HistoryOptions {
  readonly seed: number
  readonly logins: number
  readonly partitions: number
  /** SIGKILLs, one after the other. */
  readonly kills: number
}

const START_MS = 1_700_000_000_000
const LOGIN_MS = 10
const COMMIT_EVERY = 50

export function makeHistory({ seed, logins, partitions, kills }: HistoryOptions): History {
  const random = new NumberedRandom(seed, 0)
  const input = inputOf(random, logins, partitions)
  const killedAt = new Set(Array.from({ length: kills }, () => random.below(logins)))
  const rows: Row[] = []
  const faults: Fault[] = []
  const commits: Evidence['commits'][number][] = []
  let nowMs = START_MS
  let committed = 0
  const write = (sample: number) => rows.push(rowOf(input, sample, nowMs))
  for (let sample = 0; sample < logins; sample++, nowMs += LOGIN_MS) {
    write(sample)
    if (random.below(COMMIT_EVERY) === 0 || sample - committed >= COMMIT_EVERY) {
      committed = sample + 1
      commits.push({ atMs: nowMs, offsets: offsetsBelow(input, committed, partitions) })
    }
    if (!killedAt.has(sample)) continue
    faults.push({ kind: 'SIGKILL', target: 0, startMs: ++nowMs, endMs: nowMs + 1000 })
    nowMs += 1000
    for (let again = committed; again <= sample; again++) write(again)
  }
  return { evidence: evidenceOf(input, rows, faults, commits), rows }
}

/** The same run with other rows. */
export function withRows(evidence: Evidence, rows: readonly Row[]): Evidence {
  const columns = new RowColumns()
  for (const row of rows) columns.push(row)
  return { ...evidence, rows: columns }
}

function inputOf(random: NumberedRandom, logins: number, partitions: number): InputColumns {
  const input = new InputColumns(logins)
  const ends = Array.from({ length: partitions }, () => 0)
  for (let sample = 0; sample < logins; sample++) {
    input.partition[sample] = random.below(partitions)
    input.offset[sample] = ends[input.partition[sample]]++
    input.times[sample] = 1
    input.expected[sample] = random.below(3)
  }
  return input
}

function rowOf(input: InputColumns, sample: number, appendedMs: number): Row {
  return { destination: input.expected[sample], partition: input.partition[sample], sample, appendedMs, torn: false }
}

function offsetsBelow(input: InputColumns, logins: number, partitions: number): number[] {
  const offsets = Array.from({ length: partitions }, () => 0)
  for (let sample = 0; sample < logins; sample++) offsets[input.partition[sample]]++
  return offsets
}

function evidenceOf(
  input: InputColumns,
  rows: readonly Row[],
  faults: Fault[],
  commits: Evidence['commits']
): Evidence {
  const settings: Evidence['settings'] = {
    delivery: 'at-least-once',
    records: input.length,
    rate: 1000 / LOGIN_MS,
    partitions: Math.max(...input.partition) + 1,
    processors: 1,
    brokers: 1,
    seed: 1,
    kills: faults.length,
    terms: 0,
    bounces: 0,
    stopMs: 0,
    workerKills: 0,
    program: 'millrace',
    report: undefined,
    processorSettings: {}
  }
  const bare: Evidence = {
    settings,
    maxInFlightRecords: 100,
    commitIntervalMs: COMMIT_EVERY * LOGIN_MS,
    input,
    rows: new RowColumns(),
    acknowledged: input.length,
    faults,
    plannedFaults: faults.length,
    losses: [],
    commits,
    processors: [],
    ledgers: [],
    workerDeaths: 0,
    lagZeroAfterMs: 0
  }
  return withRows(bare, rows)
}
