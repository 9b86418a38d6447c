import type { Rule } from '../rules.ts'

/** Half of it goes into the columns that describe a record and its rows; with less, hardly a record would fit beside them. */
const LEAST_BYTES_A_RECORD = 256

/** Sizes of which one must leave room for another. */
export const sizeRules: readonly Rule[] = [
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
