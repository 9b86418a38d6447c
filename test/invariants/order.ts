import { AssertionError } from 'node:assert'
import { type ConsumedRow, nameOf } from './source.ts'

export interface OrderOptions {
  /**
   * How often the rows of one input partition may go back in one output partition: once for each crash or unclean
   * hand-over, after which some are read again. 0 by default.
   */
  readonly replays?: number
}

/**
 * Within each output partition, the rows that come from one input partition are in input order. Several rows of one
 * record may stand next to each other. `rows` must be in the order of their output partitions' offsets.
 */
export function expectOrder(rows: readonly ConsumedRow[], { replays = 0 }: OrderOptions = {}): void {
  const streams = Map.groupBy(rows, streamOf)
  for (const [stream, of] of streams) {
    const steps = stepsBack(of)
    if (steps.length <= replays) continue
    const [before, after] = steps[replays]
    throw new AssertionError({ message: `${stream}: ${nameOf(after.source)} comes after ${nameOf(before.source)}` })
  }
}

function streamOf({ topic, partition, source }: ConsumedRow): string {
  return `${source.topic}/${source.partition} in ${topic}/${partition}`
}

function stepsBack(rows: readonly ConsumedRow[]): [before: ConsumedRow, after: ConsumedRow][] {
  const steps: [ConsumedRow, ConsumedRow][] = []
  rows.forEach((row, index) => {
    if (index > 0 && row.source.offset < rows[index - 1].source.offset) steps.push([rows[index - 1], row])
  })
  return steps
}
