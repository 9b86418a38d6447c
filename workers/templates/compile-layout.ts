import type { Layout } from './layout.ts'
import { matchSource } from './match-source.ts'
import { plainEnd } from './plain-string.ts'
import { ScalarReader } from './scalar-reader.ts'
import { type ShortStrings, shortStringUse } from './short-strings.ts'

/**
 * The object of the text from `start` to `end`, if it is laid out as the template is, its strings are plain and its
 * numbers are JSON's; else undefined. Nothing outside of the text is read. `view` is over the same memory as `bytes`.
 */
export type Match = (view: DataView, bytes: Buffer, start: number, end: number) => Record<string, unknown> | undefined

const TOOLS = ['plainEnd', 'scalars', 'shortStrings'] as const

export function compileLayout(layout: Layout, shortStrings: ShortStrings): Match {
  const source = `'use strict'\nreturn function match(view, bytes, start, end) {\n${matchSource(layout)}\n}`
  const uses = layout.literals.map((_, place) => `u${place}`)
  // oxlint-disable-next-line typescript/no-implied-eval -- made of numbers and checked names only, see match-source.ts
  const compile = new Function(...TOOLS, ...uses, source) as (...tools: unknown[]) => Match
  return compile(plainEnd, new ScalarReader(), shortStrings, ...uses.map(shortStringUse))
}
