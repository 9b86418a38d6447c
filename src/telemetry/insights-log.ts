import { emptyTally, type Tally } from '../offsets/ledger.ts'
import type { Events } from './events.ts'
import type { Counts, Insights } from './insights.ts'
import type { Lateness, TopValues } from './insights-window.ts'

/** What came in during a stretch of time. */
export interface InsightsView {
  readonly durationMs: number
  readonly tally: Tally
  /** Why records became dead letters. */
  readonly reasons: Counts
  readonly topValues: readonly TopValues[]
  /** Undefined if no record told when it happened. */
  readonly lateness: Lateness | undefined
}

export interface InsightsLogOptions {
  readonly insights: Insights
  readonly events: Events
  /** 0 for never. */
  readonly everyMs: number
  /** Of all records that have settled since the start. */
  tally(): Tally
}

/** Tells from time to time what came in since the last time, and keeps it for whoever asks. */
export class InsightsLog {
  readonly #options: InsightsLogOptions
  #timer: NodeJS.Timeout | undefined
  #sinceMs = performance.now()
  #toldTally = emptyTally()
  #toldReasons: Counts = {}
  constructor(options: InsightsLogOptions) {
    this.#options = options
  }

  start(): void {
    const { everyMs } = this.#options
    if (everyMs === 0) return
    this.#sinceMs = performance.now()
    this.#timer = setInterval(() => this.tell(), everyMs).unref()
  }

  /** Tells what is left. */
  end(): void {
    if (this.#timer === undefined) return
    clearInterval(this.#timer)
    this.#timer = undefined
    this.tell()
  }

  /** Where nothing has settled there is nothing to tell. */
  tell(): void {
    const { insights, events } = this.#options
    const tally = this.#options.tally()
    const { reasons, window } = insights
    const nowMs = performance.now()
    const since = difference(tally, this.#toldTally)
    if (Object.values(since).some(records => records > 0)) {
      insights.told = {
        durationMs: Math.round(nowMs - this.#sinceMs),
        tally: since as Tally & Counts,
        reasons: difference(reasons, this.#toldReasons),
        topValues: window.topValues,
        lateness: window.lateness
      }
      events.insights(insights.told)
    }
    this.#sinceMs = nowMs
    this.#toldTally = { ...tally }
    this.#toldReasons = reasons
    window.reset()
  }
}

function difference(now: Readonly<Tally> | Counts, before: Readonly<Tally> | Counts): Counts {
  const earlier = before as Counts
  const grown = Object.entries(now as Counts).map(([name, count]) => [name, count - (earlier[name] ?? 0)] as const)
  return Object.fromEntries(grown)
}
