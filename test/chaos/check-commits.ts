import { STRANGER, type Evidence } from './evidence.ts'
import { Breaches, type Verdict } from './verdict.ts'

/**
 * An offset is committed only when everything below it has been written: whenever the group was asked for its commits,
 * the rows of all records before them had been appended by then.
 */
export function checkCommits({ input, rows, commits }: Evidence): Verdict {
  const writtenBy = latestByOffset(input, firstAppended(input, rows))
  const ahead = new Breaches()
  for (const { atMs, offsets } of commits) {
    offsets.forEach((offset, partition) => {
      const appendedMs = offset > 0 ? (writtenBy[partition]?.[offset - 1] ?? Infinity) : 0
      if (appendedMs > atMs) ahead.add(() => `${partition}@${offset} was committed ${lead(appendedMs - atMs)}`)
    })
  }
  const verdict = ahead.none('no commit before its rows: offsets ahead of what had been written')
  return { ...verdict, found: `${ahead.count} of ${commits.length} looks` }
}

function lead(leadMs: number): string {
  return leadMs === Infinity ? 'and something before it never written' : `${leadMs} ms before all rows were there`
}

/** When the first row of each login was appended; Infinity if never. */
function firstAppended(input: Evidence['input'], rows: Evidence['rows']): Float64Array {
  const appendedMs = new Float64Array(input.length).fill(Infinity)
  for (let row = 0; row < rows.length; row++) {
    const sample = rows.sample[row]
    if (sample !== STRANGER) appendedMs[sample] = Math.min(appendedMs[sample], rows.appendedMs[row])
  }
  return appendedMs
}

/** By input partition and offset: when the last row of all records up to that one was there. */
function latestByOffset(input: Evidence['input'], appendedMs: Float64Array): number[][] {
  const byPartition: number[][] = []
  for (let sample = 0; sample < input.length; sample++) {
    if (input.times[sample] > 0)
      (byPartition[input.partition[sample]] ??= [])[input.offset[sample]] = appendedMs[sample]
  }
  for (const times of byPartition.values()) {
    let latestMs = 0
    // An offset without a login stands for nothing that had to be written.
    for (let offset = 0; offset < (times?.length ?? 0); offset++) {
      latestMs = Math.max(latestMs, times[offset] ?? 0)
      times[offset] = latestMs
    }
  }
  return byPartition
}
