import { print } from './print.ts'
import { grouped } from './progress-line.ts'
import { type Move, totalsOf } from './seek-plan.ts'

const NAME_COLUMNS = 26
const OFFSET_COLUMNS = 13

/** What a seek would do, a line for each partition. */
export function printPlan(group: string, moves: readonly Move[], members: number): void {
  print(`group ${group}, ${members === 0 ? 'stopped' : `${members} running`}`)
  print(row('partition', 'from', 'to', ''))
  for (const { topic, partition, from, to } of moves) {
    const start = from === undefined ? 'none' : grouped(from)
    print(row(`${topic}/${partition}`, start, grouped(to), effect(from, to)))
  }
  for (const { topic, partition, note } of moves) if (note !== undefined) print(`  ${topic}/${partition}: ${note}`)
  const { replayed, skipped } = totalsOf(moves)
  print(`together: up to ${grouped(replayed)} records again, up to ${grouped(skipped)} left out`)
}

function row(name: string, from: string, to: string, text: string): string {
  return `  ${name.padEnd(NAME_COLUMNS)}${from.padStart(OFFSET_COLUMNS)}${to.padStart(OFFSET_COLUMNS)}  ${text}`.trimEnd()
}

function effect(from: number | undefined, to: number): string {
  if (from === undefined) return 'none'
  if (from === to) return 'stays'
  return from > to ? `${grouped(from - to)} again` : `${grouped(to - from)} left out`
}
