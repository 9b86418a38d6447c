/** What a thread of a process has used so far, as Linux tells it. */
export interface ThreadTime {
  readonly name: string
  readonly cpuMs: number
}

/** Linux counts CPU time for user programs in ticks of this length, on every machine that Node runs on. */
const TICK_MS = 10

/** Whose threads there are in a Millrace process; other programs' threads are mostly `other`. */
export const threadGroups = ['main', 'workers', 'V8 helpers', 'libuv', 'librdkafka', 'other'] as const
export type ThreadGroup = (typeof threadGroups)[number]

const groupsByName: readonly (readonly [RegExp, ThreadGroup])[] = [
  [/^(node-)?MainThread$|^node$/, 'main'],
  [/^(node-)?WorkerThread/, 'workers'],
  [/V8Worker|^DelayedTaskSche/, 'V8 helpers'],
  [/^libuv-/, 'libuv'],
  [/^rdk:/, 'librdkafka']
]

export function groupOf(threadName: string): ThreadGroup {
  return groupsByName.find(([pattern]) => pattern.test(threadName))?.[1] ?? 'other'
}

/**
 * Reads a line of /proc/<pid>/task/<tid>/stat. The name stands in parentheses and may hold blanks and parentheses
 * itself; user and system time are the fields 14 and 15, counted from 1.
 */
export function parseThreadStat(line: string): ThreadTime {
  const nameEnd = line.lastIndexOf(')')
  const name = line.slice(line.indexOf('(') + 1, nameEnd)
  const fields = line.slice(nameEnd + 2).split(' ')
  return { name, cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS }
}

/** The most memory that a process ever had in RAM, from /proc/<pid>/status; 0 if it does not say, as one that has ended. */
export function parsePeakBytes(status: string): number {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(status)
  return match === null ? 0 : Number(match[1]) * 1024
}

/** CPU time by group, over all threads that there ever were. */
export function sumByGroup(threads: Iterable<ThreadTime>): Record<ThreadGroup, number> {
  const sums = Object.fromEntries(threadGroups.map(group => [group, 0])) as Record<ThreadGroup, number>
  for (const { name, cpuMs } of threads) sums[groupOf(name)] += cpuMs
  return sums
}
