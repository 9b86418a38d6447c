import type { OptionTable } from '../option.ts'

const section = 'Deadlines'

export const deadlineOptions = {
  commitIntervalMs: {
    type: 'integer',
    default: 1000,
    min: 10,
    max: 600_000,
    what: 'How often the settled offsets are committed.',
    why: 'A crash repeats what settled within it; once a second is a light load for the brokers.',
    example: '500',
    section
  },
  drainTimeoutMs: {
    type: 'integer',
    default: 15_000,
    min: 100,
    max: 3_600_000,
    what: 'How long a stop or a revoked partition may wait for what is in flight; what is not done then is read again.',
    why: "Above a leader's failover (8 s measured), below the 30 s that Kubernetes grants a stopping pod.",
    example: '18000',
    section
  },
  stopGraceMs: {
    type: 'integer',
    default: 30_000,
    min: 1000,
    max: 3_600_000,
    what: 'How long the platform waits after SIGTERM before it kills; only checked against the other deadlines.',
    why: "Kubernetes' terminationGracePeriodSeconds is 30 by default.",
    example: '60000',
    section
  },
  deliveryTimeoutMs: {
    type: 'integer',
    default: 120_000,
    min: 1000,
    max: 2_147_483_647,
    what: 'How long an output record may take from produce to acknowledgement, all retries included.',
    why: "The Java client's default; outlasts a leader's failover and a broker's restart.",
    example: '60000',
    section
  },
  sessionTimeoutMs: {
    type: 'integer',
    default: 6000,
    min: 1000,
    max: 1_800_000,
    what: 'Silence after which the group gives the partitions of a copy to the others.',
    why:
      'The least that brokers allow by default (group.min.session.timeout.ms): the partitions of a copy that died move ' +
      "after 6 s instead of the client's 45.",
    example: '45000',
    section
  },
  heartbeatIntervalMs: {
    type: 'integer',
    default: 1000,
    min: 100,
    max: 600_000,
    what: 'How often a copy tells the group that it lives, and learns of a rebalance.',
    why: 'Six heartbeats a session, and a rebalance begins within a second.',
    example: '2000',
    section
  },
  maxPollIntervalMs: {
    type: 'integer',
    default: 300_000,
    min: 1000,
    max: 86_400_000,
    what: 'How long the group waits for a copy that no longer asks for records, and for all members to join a rebalance.',
    why: "Kafka's own default. The control loop asks several times a second, whatever the pipeline does.",
    example: '60000',
    section
  }
} as const satisfies OptionTable
