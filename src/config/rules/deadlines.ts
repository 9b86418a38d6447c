import type { CoreSettings } from '../options.ts'
import type { Rule } from '../rules.ts'

/** A record that hangs is tried a second time, by itself, before it is a dead letter. */
const TRIES = 2
/** A thread that is to end and calls a long builtin takes so long at most; then the process ends (src/pool). */
const THREAD_ENDS_WITHIN_MS = 5000
/**
 * What a stop may take after its drain: 3 s for the last commit and 3 s for the group to take everything back
 * (`stages/rebalance.ts`), 6 s until the clients are closed (`kafka/confluent`).
 */
const AFTER_DRAIN_MS = 12_000

/**
 * The chain of deadlines, each of which must leave room for what happens within it: record < drain < stop grace; drain <
 * poll interval; heartbeat < session < poll interval; linger < delivery; transaction < its timeout; and all of them < stall.
 */
export const deadlineRules: readonly Rule[] = [
  {
    settings: ['recordDeadlineMs', 'drainTimeoutMs'],
    holds: settings => triesMs(settings) < settings.drainTimeoutMs,
    wrong: settings => `a drain that meets a record that hangs waits for two tries of it, ${triesMs(settings)} ms`,
    remedy: 'lower RECORD_DEADLINE_MS or raise DRAIN_TIMEOUT_MS'
  },
  {
    settings: ['drainTimeoutMs', 'stopGraceMs'],
    holds: settings => stopMs(settings) <= settings.stopGraceMs,
    wrong: settings =>
      `a stop may take ${stopMs(settings)} ms, the drain and ${AFTER_DRAIN_MS} more, and is killed before that`,
    remedy: "lower DRAIN_TIMEOUT_MS, or raise the platform's grace period and STOP_GRACE_MS with it"
  },
  {
    settings: ['drainTimeoutMs', 'maxPollIntervalMs'],
    holds: settings => settings.drainTimeoutMs < settings.maxPollIntervalMs,
    wrong: () => 'a rebalance waits MAX_POLL_INTERVAL_MS for a member, so a drain must end before that',
    remedy: 'lower DRAIN_TIMEOUT_MS or raise MAX_POLL_INTERVAL_MS'
  },
  {
    settings: ['heartbeatIntervalMs', 'sessionTimeoutMs'],
    holds: settings => !isClassic(settings) || settings.heartbeatIntervalMs * 3 <= settings.sessionTimeoutMs,
    wrong: () => 'two lost heartbeats must not end a session, so it has to last three intervals',
    remedy: 'lower HEARTBEAT_INTERVAL_MS or raise SESSION_TIMEOUT_MS'
  },
  {
    settings: ['sessionTimeoutMs', 'maxPollIntervalMs'],
    holds: settings => !isClassic(settings) || settings.sessionTimeoutMs <= settings.maxPollIntervalMs,
    wrong: () => 'the client refuses a session that is longer than the poll interval',
    remedy: 'lower SESSION_TIMEOUT_MS or raise MAX_POLL_INTERVAL_MS'
  },
  {
    settings: ['lingerMs', 'deliveryTimeoutMs'],
    holds: settings => settings.lingerMs < settings.deliveryTimeoutMs,
    wrong: () => 'a record that lingers as long as it may take to be delivered never is',
    remedy: 'lower LINGER_MS or raise DELIVERY_TIMEOUT_MS'
  },
  {
    settings: ['lingerMs', 'transactionTimeoutMs'],
    holds: settings => !isExactlyOnce(settings) || settings.lingerMs < settings.transactionTimeoutMs,
    wrong: () =>
      'a record that lingers as long as its transaction may last is never part of it, and the client refuses that',
    remedy: 'lower LINGER_MS or raise TRANSACTION_TIMEOUT_MS'
  },
  {
    settings: ['transactionMs', 'transactionTimeoutMs'],
    holds: settings => !isExactlyOnce(settings) || settings.transactionMs * 2 <= settings.transactionTimeoutMs,
    wrong: () =>
      'brokers abort a transaction after TRANSACTION_TIMEOUT_MS, half of which is for a commit that takes long',
    remedy: 'lower TRANSACTION_MS or raise TRANSACTION_TIMEOUT_MS'
  },
  {
    settings: ['recordDeadlineMs', 'stallTimeoutMs'],
    holds: settings => triesMs(settings) < settings.stallTimeoutMs,
    wrong: settings => `two tries of a record that hangs take ${triesMs(settings)} ms, and are no stall`,
    remedy: 'lower RECORD_DEADLINE_MS or raise STALL_TIMEOUT_MS'
  },
  {
    settings: ['drainTimeoutMs', 'stallTimeoutMs'],
    holds: settings => settings.drainTimeoutMs < settings.stallTimeoutMs,
    wrong: () => 'a stall is cured by leaving the group, and the drain before that must not be taken for another',
    remedy: 'lower DRAIN_TIMEOUT_MS or raise STALL_TIMEOUT_MS'
  },
  {
    settings: ['transactionTimeoutMs', 'stallTimeoutMs'],
    holds: settings => !isExactlyOnce(settings) || settings.transactionTimeoutMs < settings.stallTimeoutMs,
    wrong: () => 'a partition whose last owner died waits for its transaction to time out, which is no stall',
    remedy: 'lower TRANSACTION_TIMEOUT_MS or raise STALL_TIMEOUT_MS'
  }
]

/** Links that hold on most days. */
export function deadlineWarnings(settings: CoreSettings): string[] {
  const { lingerMs, drainTimeoutMs, deliveryTimeoutMs, stallTimeoutMs, maxRecordAgeMs } = settings
  const weak: [boolean, string][] = [
    [
      triesMs(settings) + THREAD_ENDS_WITHIN_MS >= drainTimeoutMs,
      'DRAIN_TIMEOUT_MS is less than two RECORD_DEADLINE_MS and 5 s: a drain that meets a record whose thread is slow to ' +
        'end runs out of time.'
    ],
    [
      lingerMs >= drainTimeoutMs,
      'LINGER_MS is not below DRAIN_TIMEOUT_MS: a stop runs out of time while output records wait for others.'
    ],
    [
      stallTimeoutMs <= deliveryTimeoutMs,
      'STALL_TIMEOUT_MS is not above DELIVERY_TIMEOUT_MS: an outage of one broker that a retry would outlast is taken for a stall.'
    ],
    [
      maxRecordAgeMs > 0 && maxRecordAgeMs <= failoverMs(settings),
      `MAX_RECORD_AGE_MS is less than a failover may take, ${failoverMs(settings)} ms: what waits for it expires.`
    ]
  ]
  return weak.filter(([isWeak]) => isWeak).map(([, text]) => text)
}

function triesMs({ recordDeadlineMs }: CoreSettings): number {
  return TRIES * recordDeadlineMs
}

function stopMs({ drainTimeoutMs }: CoreSettings): number {
  return drainTimeoutMs + AFTER_DRAIN_MS
}

/** From the death of a copy to the first record that another one reads: one that joins has the others drain. */
function failoverMs({ sessionTimeoutMs, drainTimeoutMs }: CoreSettings): number {
  return sessionTimeoutMs + drainTimeoutMs
}

function isClassic({ groupProtocol }: CoreSettings): boolean {
  return groupProtocol === 'classic'
}

function isExactlyOnce({ delivery }: CoreSettings): boolean {
  return delivery === 'exactly-once'
}
