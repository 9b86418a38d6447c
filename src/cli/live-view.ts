import { describeFlood } from '../dead-letters/fuse.ts'
import { settledOf } from '../offsets/ledger.ts'
import type { Processor } from '../running-processor.ts'
import { grouped, ProgressLine, sparkline } from './progress-line.ts'

const WINDOW_MS = 1000
const BARS_AT_MOST = 12

/** The progress line of a running processor: rate, lag, outcomes, latency, CPU. Call `tick` a few times a second. */
export class LiveView {
  readonly #processor: Processor
  readonly #line = new ProgressLine(process.stdout)
  readonly #rates: number[] = []
  #windowMs = performance.now()
  #settled = 0
  #cpu = process.cpuUsage()
  #cpuPercent = 0
  #p99Ms = 0

  constructor(processor: Processor) {
    this.#processor = processor
  }

  tick(): void {
    const { state, tally, lag, partitions, trouble, held } = this.#processor.snapshot()
    const settled = settledOf(tally)
    this.#measure(settled)
    if (held !== undefined) return this.#line.show(`⚠ ${describeFlood(held)}: held; millrace resume lets it go on`)
    if (trouble !== undefined) return this.#line.show(`⚠ ${trouble}`)
    if (settled === 0) return this.#line.show(partitions === 0 ? `${state}: joining the group` : 'waiting for records')
    this.#line.show(
      `${grouped(this.#rates.at(-1) ?? 0)}/s`,
      `lag ${grouped(lag)}`,
      `processed ${grouped(tally.processed)}`,
      `filtered ${grouped(tally.filtered)}`,
      `dead letters ${grouped(tally.deadLetter)}`,
      `p99 ${Math.round(this.#p99Ms)} ms`,
      `CPU ${Math.round(this.#cpuPercent)} %`,
      sparkline(this.#rates)
    )
  }

  end(): void {
    this.#line.end()
  }

  #measure(settled: number): void {
    const elapsedMs = performance.now() - this.#windowMs
    if (elapsedMs < WINDOW_MS) return
    const { user, system } = process.cpuUsage(this.#cpu)
    this.#rates.push(((settled - this.#settled) * 1000) / elapsedMs)
    if (this.#rates.length > BARS_AT_MOST) this.#rates.shift()
    this.#cpuPercent = (user + system) / 10 / elapsedMs
    this.#p99Ms = this.#processor.latencyMs(99)
    this.#windowMs = performance.now()
    this.#settled = settled
    this.#cpu = process.cpuUsage()
  }
}
