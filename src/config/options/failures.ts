import type { OptionTable } from '../option.ts'

const section = 'Failures'

/** When something is wrong enough to act on it: a record that hangs, a flood of dead letters, no progress. */
export const failureOptions = {
  recordDeadlineMs: {
    type: 'integer',
    default: 2000,
    min: 50,
    max: 600_000,
    what:
      'How long one record may keep a worker thread; then the thread is ended, the record is tried once more by itself, ' +
      'and is a dead letter if it does it again.',
    why: 'A login takes microseconds. What takes a million times longer hangs.',
    example: '4000',
    section
  },
  fuseAction: {
    type: 'choice',
    default: 'hold',
    values: ['hold', 'exit', 'off'],
    what:
      'What a flood of dead letters in a partition does: hold (nothing more is read, written or committed until ' +
      '`millrace resume` or a restart), exit (with code 1), off.',
    why: 'A flood is a bad deploy, here or upstream. Kubernetes would restart a process that exits, and pour it on.',
    example: 'exit',
    section
  },
  fuseRatioPercent: {
    type: 'integer',
    default: 50,
    min: 1,
    max: 100,
    what: 'More dead letters than this share of the last FUSE_WINDOW_RECORDS records of a partition are a flood; 100 is never.',
    why: 'Real topics have a few bad records in a thousand.',
    example: '10',
    section
  },
  fuseWindowRecords: {
    type: 'integer',
    default: 10_000,
    min: 10,
    max: 1_000_000,
    what: 'So many records of a partition are judged together, and none before so many have come under this assignment.',
    why: 'Enough that a burst of bad records from one client is none.',
    example: '100000',
    section
  },
  fuseConsecutiveRecords: {
    type: 'integer',
    default: 1000,
    min: 1,
    max: 1_000_000_000,
    what: 'So many dead letters of a partition one after the other are a flood, at any time.',
    why: 'A deploy that breaks everything is known after a thousand records, and not after five thousand.',
    example: '100',
    section
  },
  stallTimeoutMs: {
    type: 'integer',
    default: 300_000,
    min: 1000,
    max: 86_400_000,
    what:
      'How long a partition with records to read may make no progress while brokers can be reached: then the group is ' +
      'joined anew, and after as long again the process ends with a diagnosis.',
    why: 'Longer than any rebalance or election. Consumers that were alive and idle for hours are why it is there.',
    example: '600000',
    section
  },
  controlSocket: {
    type: 'string',
    default: 'auto',
    what:
      'Unix socket by which `millrace status`, `pause` and `resume` reach this process; off is none, auto is ' +
      'millrace-<uid>/<pid>.sock in the directory for temporary files.',
    why: 'A file that only its owner may open, so that nothing listens on the network.',
    example: '/run/millrace/control.sock',
    section
  }
} as const satisfies OptionTable
