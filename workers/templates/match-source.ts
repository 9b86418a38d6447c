import type { Layout, ObjectShape, Shape } from './layout.ts'
import { MAX_SHORT_BYTES } from './short-strings.ts'

/*
 * Writes the function that matches texts of one layout. All that comes of the record it was learned from are numbers,
 * and names of fields that are names in JavaScript, too: no text of a record can become code.
 *
 * Of each value there are variables: `f` and `t`, from where to where a string's characters go (`t` is 0 where the value
 * is no string), and `v`, any other value.
 */

/** The body of a function of what `compile-layout.ts` names; it answers the object, or undefined if the text differs. */
export function matchSource({ literals, shape }: Layout): string {
  const lines = [`let at = start`]
  let offset = 0
  literals.forEach((literal, place) => {
    lines.push(literalSource(literal))
    offset += literal.length
    if (place < literals.length - 1) lines.push(valueSource(place))
  })
  lines.push('if (at !== end) return undefined', 'const text = bytes.latin1Slice(start, end)')
  lines.push(`return ${objectSource(shape, firstShort(literals))}`)
  return lines.join('\n')
}

/** Four bytes at a time; the last four again with those before them, where they are not a multiple of four. */
function literalSource(literal: Buffer): string {
  const { length } = literal
  const words =
    length >= 4 ? Array.from({ length: Math.ceil(length / 4) }, (_, word) => Math.min(word * 4, length - 4)) : []
  const tests = words.map(at => `view.getInt32(at + ${at}, true) !== ${literal.readInt32LE(at)}`)
  if (length < 4) literal.forEach((byte, at) => tests.push(`view.getUint8(at + ${at}) !== ${byte}`))
  return `if (at + ${length} > end || ${tests.join(' || ')}) return undefined\nat += ${length}`
}

function valueSource(place: number): string {
  const [from, to, value] = [`f${place}`, `t${place}`, `v${place}`]
  return `let ${from} = 0, ${to} = 0, ${value}
if (at >= end) return undefined
if (view.getUint8(at) === 34) {
  ${from} = at + 1
  ${to} = plainEnd(view, ${from}, end)
  if (${to} === end || view.getUint8(${to}) !== 34) return undefined
  at = ${to} + 1
} else {
  at = scalars.read(view, bytes, at, end)
  if (at < 0) return undefined
  ${value} = scalars.value
}`
}

/** The first value in front of which there are enough bytes of the record, whatever stands in the values before it. */
function firstShort(literals: readonly Buffer[]): number {
  let before = 0
  const place = literals.findIndex(({ length }) => (before += length) >= MAX_SHORT_BYTES)
  return place < 0 ? literals.length : place
}

function objectSource({ members }: ObjectShape, first: number): string {
  return `{${members.map(([name, shape]) => `${JSON.stringify(name)}: ${shapeSource(shape, first)}`).join(', ')}}`
}

function shapeSource(shape: Shape, first: number): string {
  if (typeof shape === 'number') return readSource(shape, first)
  if ('items' in shape) return `[${shape.items.map(item => shapeSource(item, first)).join(', ')}]`
  return objectSource(shape, first)
}

function readSource(place: number, first: number): string {
  const range = `f${place} - start, t${place} - start`
  const short = `u${place}.pays ? shortStrings.take(view, t${place}, text, ${range}, u${place}) : `
  const string = `${place < first ? '' : short}text.substring(${range})`
  return `t${place} === 0 ? v${place} : ${string}`
}
