import type { TopicPartition } from '../kafka/ports.ts'

const WRITTEN = /^([a-zA-Z0-9._-]{1,249})\/(\d{1,7}(?:-\d{1,7})?(?:,\d{1,7}(?:-\d{1,7})?)*)$/
/** More than any member has; bounds what a typing error may cost. */
const PARTITIONS_AT_MOST = 100_000

/**
 * Reads partitions as people write them and as the log names them: `topic/0-3,5`.
 *
 * @throws RangeError if one is not written like that, or if they are too many.
 */
export function parsePartitions(texts: readonly string[]): TopicPartition[] {
  const named = new Map<string, TopicPartition>()
  for (const text of texts) {
    const [, topic, list] = WRITTEN.exec(text) ?? []
    if (topic === undefined) throw new RangeError(`'${shown(text)}' names no partitions: write topic/0-3,5`)
    for (const range of list.split(',')) {
      const [first, last = first] = range.split('-').map(Number)
      if (last < first) throw new RangeError(`'${shown(text)}': ${range} goes backwards`)
      if (named.size + last - first >= PARTITIONS_AT_MOST) throw new RangeError(`'${shown(text)}': too many partitions`)
      for (let partition = first; partition <= last; partition++) {
        named.set(`${topic}/${partition}`, { topic, partition })
      }
    }
  }
  return [...named.values()]
}

function shown(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, '?')
  return printable.length > 60 ? `${printable.slice(0, 60)}...` : printable
}
