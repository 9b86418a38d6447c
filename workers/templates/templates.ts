import { compileLayout, type Match } from './compile-layout.ts'
import type { Layout } from './layout.ts'
import { learnLayout } from './learn-layout.ts'
import { LearningPace, MatchingPace } from './pace.ts'
import { ShortStrings } from './short-strings.ts'

const MAX_TEMPLATES = 8
/** A template without a match among so many records may be replaced. */
const IDLE_RECORDS = 4096
/** As many matches show that a layout comes again. */
const PROOF = 64

interface Template {
  readonly match: Match
  /** Layouts with the same literals are the same: what stands between values tells what they are in. */
  readonly literals: string
  matches: number
  /** The count of records when it last matched, or was learned. */
  lastUsed: number
}

/**
 * The layouts that the records of a worker have had, each with a function made for it: a record of a known layout needs
 * no parser. What the slow path took is `learn`ed from, so a template has passed all of its rules.
 */
export class Templates {
  /** Those that matched last come first. */
  readonly #templates: Template[] = []
  readonly #learning = new LearningPace()
  readonly #matching = new MatchingPace()
  readonly #shortStrings = new ShortStrings()
  readonly #compile: typeof compileLayout
  #records = 0
  /** Whether the last record was held against the templates, and in vain. */
  #missed = false
  #buffer: Buffer | undefined
  #view: DataView = new DataView(new ArrayBuffer(0))

  constructor(compile = compileLayout) {
    this.#compile = compile
  }

  /** What `JSON.parse` makes of the text, if it has a layout that is known and nothing in it is unusual. */
  match(buffer: Buffer, start: number, end: number): Record<string, unknown> | undefined {
    this.#missed = false
    this.#records++
    if (!this.#matching.next()) return undefined
    const view = this.#viewOf(buffer)
    const templates = this.#templates
    for (let place = 0; place < templates.length; place++) {
      const value = templates[place].match(view, buffer, start, end)
      if (value === undefined) continue
      this.#matched(place)
      return value
    }
    this.#missed = true
    this.#matching.missed()
    return undefined
  }

  /** To be called with a text that matched nothing, but is a good record. */
  learn(buffer: Buffer, start: number, end: number): void {
    if (!this.#missed || !this.#learning.missed()) return
    const layout = learnLayout(buffer, start, end)
    if (layout !== undefined) this.#add(layout)
  }

  #matched(place: number): void {
    const template = this.#templates[place]
    template.lastUsed = this.#records
    if (template.matches < PROOF && ++template.matches === PROOF) this.#learning.proved()
    this.#matching.matched()
    if (place === 0) return
    for (let after = place; after > 0; after--) this.#templates[after] = this.#templates[after - 1]
    this.#templates[0] = template
  }

  #add(layout: Layout): void {
    const literals = layout.literals.join('\0')
    // Then it is a value that was unusual.
    if (this.#templates.some(template => template.literals === literals)) return
    if (this.#templates.length === MAX_TEMPLATES && !this.#removeIdle()) return
    const match = this.#compile(layout, this.#shortStrings)
    this.#templates.push({ match, literals, matches: 0, lastUsed: this.#records })
    this.#matching.refresh()
  }

  #removeIdle(): boolean {
    const last = this.#templates[MAX_TEMPLATES - 1]
    if (this.#records - last.lastUsed < IDLE_RECORDS) return false
    this.#templates.pop()
    return true
  }

  /** A worker runs one slab after the other, many records of each. */
  #viewOf(buffer: Buffer): DataView {
    if (buffer !== this.#buffer) {
      this.#buffer = buffer
      this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    }
    return this.#view
  }
}
