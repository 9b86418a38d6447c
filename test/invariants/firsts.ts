import { type ConsumedRow, nameOf } from './source.ts'

/** Every row but repeats: what a reader sees that ignores what it has seen. These are in order whatever was replayed. */
export function firstsOf(rows: readonly ConsumedRow[]): ConsumedRow[] {
  const seen = new Set<string>()
  return rows.filter(({ topic, source }) => {
    const name = `${nameOf(source)} in ${topic}`
    return !seen.has(name) && seen.add(name)
  })
}
