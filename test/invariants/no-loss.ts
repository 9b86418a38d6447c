import { AssertionError } from 'node:assert'
import { type ConsumedRow, nameOf, type SourcePosition } from './source.ts'

const SHOWN = 5

/** Every input record came out somewhere at least once, and nothing came out that was never put in. */
export function expectNoLoss(rows: readonly ConsumedRow[], inputs: Iterable<SourcePosition>): void {
  const out = new Set(rows.map(({ source }) => nameOf(source)))
  const put = new Set([...inputs].map(nameOf))
  refuse('lost', [...put.difference(out)])
  refuse('from nowhere', [...out.difference(put)])
}

function refuse(what: string, names: readonly string[]): void {
  if (names.length === 0) return
  const shown = names.slice(0, SHOWN).join(', ')
  throw new AssertionError({ message: `${names.length} records ${what}: ${shown}${names.length > SHOWN ? ', …' : ''}` })
}
