import type { OptionTable } from '../option.ts'

const section = 'Group'

/** How copies share the partitions. */
export const groupOptions = {
  groupProtocol: {
    type: 'choice',
    default: 'classic',
    values: ['classic', 'consumer'],
    what:
      'consumer is the protocol of KIP-848, where brokers assign partitions: brokers from 4.0 on, and SESSION_TIMEOUT_MS, ' +
      "HEARTBEAT_INTERVAL_MS and ASSIGNMENT_STRATEGY are then the brokers' to set.",
    why: 'Works on every broker, and the death of a copy is seen in 6 s by our setting; under KIP-848 in 45 s at least.',
    example: 'consumer',
    section
  },
  assignmentStrategy: {
    type: 'choice',
    default: 'cooperative-sticky',
    values: ['cooperative-sticky', 'range', 'roundrobin'],
    what:
      'How partitions are shared out. range and roundrobin take every partition from every copy at each rebalance; they ' +
      'cannot be mixed with cooperative-sticky in one group.',
    why: 'Only the partitions that move stop for a moment.',
    example: 'range',
    section
  },
  groupInstanceId: {
    type: 'string',
    default: undefined,
    pattern: /[a-zA-Z0-9._-]{1,249}/,
    what: 'Makes this copy a static member (group.instance.id): one that is back within SESSION_TIMEOUT_MS keeps its partitions.',
    why: 'Only for copies with names of their own, such as the pods of a StatefulSet: two of one name fence each other.',
    example: 'logins-0',
    section
  }
} as const satisfies OptionTable
