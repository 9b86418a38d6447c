/** A line of output that is written over and over on a terminal, and now and then where there is none. */
export class ProgressLine {
  readonly #out: NodeJS.WriteStream
  #shown = ''
  #plainMs = 0

  constructor(out: NodeJS.WriteStream) {
    this.#out = out
  }

  /** Parts, the most important first: those that do not fit the terminal's width are left out. */
  show(...parts: string[]): void {
    if (this.#out.isTTY) {
      const width = (this.#out.columns || 80) - 1
      let text = ` ${parts[0]}`
      for (const part of parts.slice(1)) if (text.length + 2 + part.length <= width) text += `  ${part}`
      this.#write(text.slice(0, width))
    } else if (performance.now() - this.#plainMs > PLAIN_EVERY_MS) {
      this.#plainMs = performance.now()
      this.#out.write(`  ${parts.join('  ')}\n`)
    }
  }

  /** Ends the line, with `text` in its place if that is given. */
  end(text?: string): void {
    if (this.#shown !== '') this.#out.write(text === undefined ? '\n' : '\r\x1b[K')
    if (text !== undefined) this.#out.write(`${text}\n`)
    this.#shown = ''
  }

  #write(text: string): void {
    this.#shown = text
    this.#out.write(`\r\x1b[K${text}`)
  }
}

const PLAIN_EVERY_MS = 2000

/** `1234567` -> `1,234,567`. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}

const BARS = '▁▂▃▄▅▆▇█'

/** The last values as bars, scaled to the highest of them. */
export function sparkline(values: readonly number[]): string {
  const highest = Math.max(...values, 1)
  return values.map(value => BARS[Math.min(7, Math.floor((value / highest) * 7.99))]).join('')
}
