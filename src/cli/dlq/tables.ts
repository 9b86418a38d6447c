import { print } from '../print.ts'
import { printable } from '../printable.ts'
import { grouped } from '../progress-line.ts'

const COUNT_COLUMNS = 11

/** A row of a table: a count, and what was counted. */
export function printCount(count: number, name: string): void {
  print(`  ${grouped(count).padStart(COUNT_COLUMNS)}  ${printable(name)}`)
}

/** A table, the largest counts first. */
export function printCounts(heading: string, counts: ReadonlyMap<string, number>, rows = 20): void {
  print(`\n  ${heading}`)
  const inOrder = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  for (const [name, count] of inOrder.slice(0, rows)) printCount(count, name)
  const rest = inOrder.slice(rows)
  if (rest.length > 0)
    printCount(
      rest.reduce((sum, [, count]) => sum + count, 0),
      `in ${grouped(rest.length)} others`
    )
}

/** `never`, `once`, `2 times`. */
export function times(count: number): string {
  if (count === 0) return 'never'
  return count === 1 ? 'once' : `${count} times`
}

/** ISO 8601 in UTC; a record may have any number as its timestamp. */
export function textOfTime(timestampMs: number): string {
  const date = new Date(timestampMs)
  return timestampMs < 0 || Number.isNaN(date.getTime()) ? 'no time' : date.toISOString()
}

/** `1 dead letter`, `2,000 dead letters`. */
export function counted(deadLetters: number): string {
  return `${grouped(deadLetters)} dead letter${deadLetters === 1 ? '' : 's'}`
}
