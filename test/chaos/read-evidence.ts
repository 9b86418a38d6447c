import type { Header } from '../../src/index.ts'
import { fromNative } from '../../src/kafka/confluent/headers.ts'
import { SOURCE_HEADER } from '../../src/slabs/source-header.ts'
import { destinations, InputColumns, RowColumns } from './evidence.ts'
import { endsOf } from './group-view.ts'
import { numberOf, numberOfDestination, type Logins } from './logins.ts'
import type { ChaosSettings } from './settings.ts'
import { scanTopic } from './topic-scan.ts'
import type { ChaosTopics } from './topics.ts'

/** Where a run has left its records. */
export interface Site {
  readonly bootstrap: string
  readonly topics: ChaosTopics
  readonly logins: Logins
}

/** Where each login stands. */
export async function readInput({ records, partitions }: ChaosSettings, { bootstrap, topics, logins }: Site) {
  const input = new InputColumns(records)
  for (let number = 0; number < records; number++) {
    input.expected[number] = numberOfDestination(logins.destinationOf(number))
  }
  const ends = await endsOf(bootstrap, topics.input, partitions)
  await scanTopic(bootstrap, topics.input, ends, ({ partition, offset, headers }) => {
    const number = numberOf(fromNative(headers), records)
    if (number < 0) return
    input.partition[number] = partition
    input.offset[number] = offset
    input.times[number]++
  })
  return input
}

/** All that came of them. */
export async function readRows(input: InputColumns, { bootstrap, topics, logins }: Site) {
  const source = `${topics.input}/`
  const rows = new RowColumns()
  for (const destination of destinations) {
    const { topic, partitions } = topics.outputs[destination]
    const ends = await endsOf(bootstrap, topic, partitions)
    await scanTopic(bootstrap, topic, ends, row => {
      const headers = fromNative(row.headers)
      const sample = numberOf(headers, input.length)
      const torn =
        sample >= 0 && (logins.isTorn(sample, destination, row) || !comesFrom(headers, source, input, sample))
      const { partition, timestamp: appendedMs } = row
      rows.push({ destination: numberOfDestination(destination), partition, sample, appendedMs, torn })
    })
  }
  return rows
}

/** Whether the header of `PROVENANCE_HEADERS=on` says where the login stands, and that this row is all that came of it. */
function comesFrom(headers: readonly Header[], source: string, input: InputColumns, sample: number): boolean {
  const header = headers.findLast(({ name }) => name === SOURCE_HEADER)
  return String(header?.value) === `${source}${input.partition[sample]}/${input.offset[sample]}/1/1`
}
