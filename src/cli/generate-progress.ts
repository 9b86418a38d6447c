import { grouped, ProgressLine } from './progress-line.ts'

const REPORT_MS = 200
/** The rate is that of so long: long enough to be steady, short enough to tell what is going on. */
const RATE_OVER_MS = 3000
const BAR_AT_MOST = 24
/** All but the bar. */
const TEXT_WIDTH = 56

interface Moment {
  readonly atMs: number
  readonly sent: number
  readonly share: number
}

/** What `millrace generate` shows while it writes. */
export class GenerateProgress {
  readonly #out: NodeJS.WriteStream
  readonly #line: ProgressLine
  readonly #what: string
  readonly #now: () => number
  readonly #startMs: number
  #moments: Moment[] = []
  #shownMs = -Infinity

  constructor(out: NodeJS.WriteStream, what: string, now = () => performance.now()) {
    this.#out = out
    this.#line = new ProgressLine(out)
    this.#what = what
    this.#now = now
    this.#startMs = now()
    this.#moments.push({ atMs: this.#startMs, sent: 0, share: 0 })
  }

  /** May be called as often as one likes; answers whether it was time. `share`: of all that there is to write. */
  show(sent: number, share: number | undefined): boolean {
    const atMs = this.#now()
    if (atMs - this.#shownMs < REPORT_MS) return false
    this.#shownMs = atMs
    this.#moments = this.#moments.filter(moment => atMs - moment.atMs <= RATE_OVER_MS)
    const [since = { atMs: this.#startMs, sent: 0, share: 0 }] = this.#moments
    this.#moments.push({ atMs, sent, share: share ?? 0 })
    const seconds = Math.max(atMs - since.atMs, 1) / 1000
    const rate = `${grouped((sent - since.sent) / seconds)}/s`
    const count = `${grouped(sent)} ${this.#what}`
    if (share === undefined) this.#line.show(count, rate)
    else this.#line.show(this.#barOf(share), rate, leftText((1 - share) / ((share - since.share) / seconds)), count)
    return true
  }

  end(sent: number, topic: string): void {
    const seconds = (this.#now() - this.#startMs) / 1000
    const pace = `${seconds.toFixed(1)} s, ${grouped(sent / seconds)}/s`
    this.#line.end(`✔ ${grouped(sent)} ${this.#what} in ${topic}   ${pace}`)
  }

  /** A bar only where somebody sees it move, and where there is room. */
  #barOf(share: number): string {
    const percent = `${Math.floor(share * 100)} %`.padStart(5)
    const width = this.#out.isTTY ? Math.min(BAR_AT_MOST, (this.#out.columns || 80) - TEXT_WIDTH) : 0
    if (width < 5) return percent.trimStart()
    const full = Math.floor(share * width)
    return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${percent}`
  }
}

function leftText(seconds: number): string {
  if (!Number.isFinite(seconds)) return '? left'
  if (seconds < 60) return `${Math.ceil(seconds)} s left`
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min left`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min left`
}
