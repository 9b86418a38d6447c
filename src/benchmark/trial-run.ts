import { readdirSync, readFileSync } from 'node:fs'
import { settledOf } from '../offsets/ledger.ts'
import type { Processor } from '../running-processor.ts'
import { parseThreadStat, sumByGroup, type ThreadGroup, type ThreadTime } from './thread-times.ts'

/** What one trial found, in its own process. */
export interface TrialResult {
  readonly recordsPerSecond: number
  /** CPU of the whole process, microseconds a record. */
  readonly cpuUs: number
  /** By thread; undefined where the system does not tell, which only Linux does. */
  readonly cpuUsByGroup: Readonly<Record<ThreadGroup, number>> | undefined
  readonly peakBytes: number
}

/** Until so much has settled, code is being compiled and queues fill up. */
const WARM_UP_SHARE = 0.25
const LOOK_MS = 5

export interface Moment {
  readonly atMs: number
  readonly settled: number
  readonly cpuUs: number
  readonly threads: readonly ThreadTime[]
}

/**
 * Runs a processor until so many records have settled, then stops it as a user would. What is told is of the time after
 * the warm-up; records settle in portions, so it begins and ends with one.
 */
export async function runTrial(processor: Processor, records: number): Promise<TrialResult> {
  const moments = [momentOf(0)]
  const look = (): void => {
    const { tally, firstRecordMs } = processor.snapshot()
    const settled = settledOf(tally)
    const isNext = moments.length === 1 ? firstRecordMs !== undefined : settled >= records * WARM_UP_SHARE
    if (moments.length < 3 && isNext) moments.push(momentOf(settled))
    if (settled < records) return
    clearInterval(looking)
    moments.push(momentOf(settled))
    processor.stop()
  }
  const looking = setInterval(look, LOOK_MS)
  try {
    await processor.run()
  } finally {
    clearInterval(looking)
  }
  const last = moments[moments.length - 1]
  if (last.settled < records) throw new Error('it was stopped before its end')
  return between(firstOf(moments, last), last)
}

/** The latest that most of the records came after: of few ones, the first portion may have been all of them. */
export function firstOf(moments: readonly Moment[], last: Moment): Moment {
  const half = last.settled / 2
  return moments.findLast(({ settled }) => last.settled - settled >= half) ?? moments[0]
}

export function between(first: Moment, last: Moment): TrialResult {
  const records = last.settled - first.settled
  const [before, after] = [sumByGroup(first.threads), sumByGroup(last.threads)]
  const byGroup = Object.entries(after).map(([group, cpuMs]) => [
    group,
    ((cpuMs - before[group as ThreadGroup]) * 1000) / records
  ])
  return {
    recordsPerSecond: (records * 1000) / (last.atMs - first.atMs),
    cpuUs: (last.cpuUs - first.cpuUs) / records,
    cpuUsByGroup: last.threads.length === 0 ? undefined : (Object.fromEntries(byGroup) as Record<ThreadGroup, number>),
    peakBytes: process.resourceUsage().maxRSS * 1024
  }
}

function momentOf(settled: number): Moment {
  const { user, system } = process.cpuUsage()
  return { atMs: performance.now(), settled, cpuUs: user + system, threads: ownThreads() }
}

function ownThreads(): ThreadTime[] {
  try {
    return readdirSync('/proc/self/task').map(thread =>
      parseThreadStat(readFileSync(`/proc/self/task/${thread}/stat`, 'latin1'))
    )
  } catch {
    // No Linux, or a thread has just ended.
    return []
  }
}
