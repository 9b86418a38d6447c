import { AssertionError } from 'node:assert'
import { type ConsumedRow, nameOf } from './source.ts'

/**
 * At most so many rows are repeated: rows of one record in one output topic beyond its first. For pipelines that make
 * one row of a record in a topic.
 */
export function expectBoundedDuplicates(rows: readonly ConsumedRow[], atMost: number): void {
  const seen = new Set<string>()
  const repeated: string[] = []
  for (const { topic, source } of rows) {
    const name = `${nameOf(source)} in ${topic}`
    if (seen.has(name)) repeated.push(name)
    else seen.add(name)
  }
  if (repeated.length > atMost) {
    throw new AssertionError({ message: `${repeated.length} rows repeated, at most ${atMost} may be: ${repeated[0]}` })
  }
}
