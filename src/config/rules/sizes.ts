import type { Rule } from '../rules.ts'

/** Half of it goes into the columns that describe a record and its rows; with less, hardly a record would fit beside them. */
const LEAST_BYTES_A_RECORD = 256

/** Times and sizes of which one must leave room for another. */
export const sizeRules: readonly Rule[] = [
  {
    settings: ['heartbeatIntervalMs', 'sessionTimeoutMs'],
    holds: settings => settings.heartbeatIntervalMs * 3 <= settings.sessionTimeoutMs,
    wrong: () => 'two lost heartbeats must not end a session, so it has to last three intervals',
    remedy: 'lower HEARTBEAT_INTERVAL_MS or raise SESSION_TIMEOUT_MS'
  },
  {
    settings: ['sessionTimeoutMs', 'maxPollIntervalMs'],
    holds: settings => settings.sessionTimeoutMs <= settings.maxPollIntervalMs,
    wrong: () => 'the client refuses a session that is longer than the poll interval',
    remedy: 'lower SESSION_TIMEOUT_MS or raise MAX_POLL_INTERVAL_MS'
  },
  {
    settings: ['drainTimeoutMs', 'maxPollIntervalMs'],
    holds: settings => settings.drainTimeoutMs < settings.maxPollIntervalMs,
    wrong: () => 'a rebalance waits MAX_POLL_INTERVAL_MS for a member, so a drain must end before that',
    remedy: 'lower DRAIN_TIMEOUT_MS or raise MAX_POLL_INTERVAL_MS'
  },
  {
    settings: ['lingerMs', 'deliveryTimeoutMs'],
    holds: settings => settings.lingerMs < settings.deliveryTimeoutMs,
    wrong: () => 'a record that lingers as long as it may take to be delivered never is',
    remedy: 'lower LINGER_MS or raise DELIVERY_TIMEOUT_MS'
  },
  {
    settings: ['slabBytes', 'slabRecords'],
    holds: settings => settings.slabBytes >= settings.slabRecords * LEAST_BYTES_A_RECORD,
    wrong: () => `a slab needs ${LEAST_BYTES_A_RECORD} bytes for each record that it is to hold`,
    remedy: 'raise SLAB_BYTES or lower SLAB_RECORDS'
  },
  {
    settings: ['maxInFlightRecords', 'slabRecords'],
    holds: settings => settings.maxInFlightRecords >= settings.slabRecords * 2,
    wrong: () => 'there must be room for two slabs: one that is worked on while another is filled',
    remedy: 'raise MAX_IN_FLIGHT_RECORDS or lower SLAB_RECORDS'
  },
  {
    settings: ['fetchQueueBytes', 'maxRecordBytes'],
    holds: settings => settings.fetchQueueBytes >= settings.maxRecordBytes,
    wrong: () => 'the queue must have room for the largest record',
    remedy: 'raise FETCH_QUEUE_BYTES or lower MAX_RECORD_BYTES'
  },
  {
    settings: ['fetchMinBytes', 'fetchQueueBytes'],
    holds: settings => settings.fetchMinBytes <= settings.fetchQueueBytes,
    wrong: () => 'a fetch that brings more than the queue may hold is waited for in vain',
    remedy: 'lower FETCH_MIN_BYTES or raise FETCH_QUEUE_BYTES'
  }
]
