const TICK_MS = 500
const PLAIN_EVERY_MS = 15_000

/** One step of `make up` or `make down` on the screen: a moving line while it runs, one line when it is done. */
export class StepLine {
  readonly #name: string
  readonly #startedMs = Date.now()
  readonly #out: NodeJS.WriteStream
  readonly #timer: NodeJS.Timeout
  #detail = ''

  constructor(name: string, out: NodeJS.WriteStream = process.stdout) {
    this.#name = name
    this.#out = out
    this.#timer = setInterval(() => this.#tick(), out.isTTY ? TICK_MS : PLAIN_EVERY_MS)
    this.#timer.unref()
  }

  set detail(text: string) {
    this.#detail = text
  }

  done(text: string): void {
    this.end()
    this.#out.write(`✔ ${text.padEnd(70)} ${String(this.#seconds()).padStart(4)} s\n`)
  }

  /** Says something without ending the step. */
  note(text: string): void {
    this.#clear()
    this.#out.write(`  ${text}\n`)
  }

  /** Ends the step without a line: what happened is said elsewhere. */
  end(): void {
    clearInterval(this.#timer)
    this.#clear()
  }

  #seconds(): number {
    return Math.round((Date.now() - this.#startedMs) / 1000)
  }

  #tick(): void {
    const line = `  … ${this.#name}: ${this.#seconds()} s${this.#detail && `, ${this.#detail}`}`
    this.#out.write(this.#out.isTTY ? `\r\x1b[K${line}` : `${line}\n`)
  }

  #clear(): void {
    if (this.#out.isTTY) this.#out.write('\r\x1b[K')
  }
}
