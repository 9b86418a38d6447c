import { largest } from '../topic-config.ts'
import type { Subject, TopicRule, World } from '../rule.ts'

/** Where records land: none of this loses one. */
export const partitionRules: readonly TopicRule[] = [
  {
    name: 'fewer-partitions',
    severity: 'note',
    find: (subject, world) => {
      const inputs = inputPartitions(world)
      if (!isSpread(subject) || inputs === undefined || subject.partitions.length >= inputs) return undefined
      return `has ${counted(subject.partitions.length)}, the input ${counted(inputs)}`
    },
    why:
      'records without keys of several input partitions share one output partition: each one of them stays in order, but ' +
      'readers can be shared among fewer processes, and partition N here is not partition N there',
    remedy: ({ topic }, world) => `millrace topics grow ${topic} --partitions ${inputPartitions(world)}`
  },
  {
    name: 'more-partitions',
    severity: 'note',
    find: (subject, world) => {
      const inputs = inputPartitions(world)
      if (!isSpread(subject) || inputs === undefined || subject.partitions.length <= inputs) return undefined
      return `has ${counted(subject.partitions.length)}, the input ${counted(inputs)}`
    },
    why:
      'records without keys go to the output partition of their input partition, so that some stay empty of them; and a ' +
      'key is not in the partition of the same number',
    remedy: (_, world) => `none is needed; let new outputs have ${inputPartitions(world)}`
  },
  {
    name: 'redrive-partitions',
    severity: 'unsafe',
    find: (subject, world) => {
      const inputs = inputPartitions(world)
      const { role, partitions } = subject
      if (role.name !== 'redrive' || partitions.length === 0 || inputs === undefined || partitions.length >= inputs) {
        return undefined
      }
      return `has ${counted(partitions.length)}, the input ${counted(inputs)}`
    },
    why: 'a dead letter is redriven into the partition that it came from, and can not where there is none',
    remedy: ({ topic }, world) => `millrace topics grow ${topic} --partitions ${inputPartitions(world)} --yes`
  }
]

/** Of the input with most of them. */
function inputPartitions({ inputs }: World): number | undefined {
  return largest(inputs.filter(({ partitions }) => partitions.length > 0).map(({ partitions }) => partitions.length))
}

/** Dead letters are looked for by the headers that say where they came from; there, it changes nothing. */
function isSpread({ role, partitions }: Subject): boolean {
  return partitions.length > 0 && role.isWritten && !role.isRead && !role.isKept && role.keys !== 'unique'
}

function counted(partitions: number): string {
  return partitions === 1 ? 'one partition' : `${partitions} partitions`
}
