import type { OptionTable } from '../option.ts'
import { TOPIC_NAME } from './topics.ts'

const section = 'Outputs'

/** What travels with the output records beside their values, and what is told of the work on them. */
export const outputOptions = {
  outputKey: {
    type: 'string',
    default: 'input',
    pattern: /[a-zA-Z_][a-zA-Z0-9_-]*/,
    what:
      "Key of output records: input keeps the input's (or the one that the pipeline sets), none writes no key, and the name " +
      'of a field of the output takes its value, masked as it is there. Dead letters and cleaned records keep their key.',
    why: "The input's key keeps what belongs together in one partition and in order, as it was.",
    example: 'device_id',
    section
  },
  requireKey: {
    type: 'choice',
    default: 'off',
    values: ['on', 'off'],
    what: 'Whether a record becomes a dead letter (null-key) if an output record of it would have no key.',
    why: 'Only compacted topics need keys: their brokers refuse records without one, which costs a second try of the batch.',
    example: 'on',
    section
  },
  eventIdHeaders: {
    type: 'choice',
    default: 'off',
    values: ['on', 'off'],
    what:
      'Whether output records carry a header millrace.event.id, the same however often a record is delivered or redriven, ' +
      'by which readers can drop repetitions.',
    why: 'A header costs up to a microsecond a record, and with exactly-once delivery nothing is written twice.',
    example: 'on',
    section
  },
  metricsTopic: {
    type: 'string',
    default: undefined,
    pattern: TOPIC_NAME,
    what: 'Topic of processing figures: outcomes, times and offsets as JSON, never anything of a record.',
    why: 'Off: the log, millrace status and the summaries tell the same to people.',
    example: 'logins-metrics',
    section
  },
  metricsEvery: {
    type: 'choice',
    default: 'interval',
    values: ['record', 'batch', 'interval'],
    what:
      'What a record of METRICS_TOPIC tells of: one input record, one batch that a worker ran, or the processor since the ' +
      'last one. Those of records and batches are acknowledged before the offsets of these are committed.',
    why: 'One record in ten seconds costs nothing; one for each input record doubles what is written.',
    example: 'record',
    section
  },
  metricsIntervalMs: {
    type: 'integer',
    default: 10_000,
    min: 100,
    max: 3_600_000,
    what: 'Time between two records of METRICS_TOPIC with METRICS_EVERY=interval; the last one comes at the stop.',
    why: 'Ten seconds show a change soon enough, and are few records a day.',
    example: '60000',
    section
  }
} as const satisfies OptionTable
