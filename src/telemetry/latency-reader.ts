import { createHistogram } from 'node:perf_hooks'

/** Milliseconds from Kafka to the acknowledgement that a share of batches stayed below; 0 where there was none. */
export interface Latencies {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** Takes in the latencies of batches and tells those since it was asked last: each reader has its own. */
export class LatencyReader {
  readonly #histogram = createHistogram()

  record(latencyMs: number): void {
    this.#histogram.record(Math.max(1, Math.round(latencyMs)))
  }

  read(): Latencies {
    const histogram = this.#histogram
    const at = (percentile: number) => (histogram.count === 0 ? 0 : histogram.percentile(percentile))
    const latencies = { p50: at(50), p90: at(90), p99: at(99), max: histogram.count === 0 ? 0 : histogram.max }
    histogram.reset()
    return latencies
  }
}
