import type { OptionTable } from '../option.ts'

const section = 'Creating topics'

/** What `millrace topics create` and the demo give to topics that do not exist yet. */
export const topicSettingOptions = {
  topicPartitions: {
    type: 'integer',
    default: 6,
    min: 1,
    max: 10_000,
    what:
      'Partitions of a topic that `millrace topics create` or `make run` creates. Where the input exists, `topics create` ' +
      'gives its other topics as many as that has.',
    why: 'As many copies can share the work, and every small number of copies shares it evenly: 1, 2, 3 or 6.',
    example: '12',
    section
  },
  topicReplication: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 32,
    what: 'Replicas of a topic that `millrace topics create` creates. 0 is three, or as many as there are brokers.',
    why: 'With three, one broker may be lost and another be restarted, and nothing is lost.',
    example: '3',
    section
  },
  topicMinInsync: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 32,
    what:
      'In how many replicas a record must be before it counts as written (min.insync.replicas), in topics that ' +
      '`millrace topics create` creates. 0 is two of three or more, and otherwise one.',
    why: 'A record that is in two places survives the loss of one, and writing goes on without the third.',
    example: '2',
    section
  }
} as const satisfies OptionTable
