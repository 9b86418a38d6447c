import type { TopicDescription } from './description.ts'
import type { RoleOfTopic } from './roles.ts'
import { isCompacted } from './topic-config.ts'

/** What more partitions do to a topic of the pipeline. */
export interface Growth {
  readonly from: number
  readonly to: number
  /** Why it is not done unless somebody insists. */
  readonly objections: readonly string[]
  readonly warnings: readonly string[]
}

const KEYS_MOVE = 'records with keys go to other partitions from then on: what belongs together is in two of them'

/** `its`: the roles of one topic. */
export function judgeGrowth(its: readonly RoleOfTopic[], topic: TopicDescription, to: number): Growth {
  const from = topic.partitions.length
  if (to <= from) return { from, to, objections: [], warnings: [] }
  const objections = [
    ...(its.some(({ role }) => role.isRead)
      ? ['new records of a key overtake older ones that still wait in its former partition, so their order is lost']
      : []),
    ...(isCompacted(topic)
      ? ['it is compacted: the last record of a key in its former partition stays there beside the new ones, for ever']
      : [])
  ]
  return { from, to, objections, warnings: [KEYS_MOVE, ...its.flatMap(warningsOf)] }
}

function warningsOf({ role }: RoleOfTopic): string[] {
  if (role.isRead) return ['let the outputs have as many partitions (millrace topics check)']
  if (role.isKept) return []
  return ['a running processor writes to the new ones within a minute']
}
