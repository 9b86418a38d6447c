import type { OptionTable } from '../option.ts'
import { TOPIC_NAME } from './topics.ts'

const section = 'Delivery'

/** What is promised of each record, and how it can be checked and repeated afterwards. */
export const deliveryOptions = {
  delivery: {
    type: 'choice',
    default: 'at-least-once',
    values: ['at-least-once', 'exactly-once'],
    what:
      'at-least-once: a crash repeats what was in flight. exactly-once: outputs and offsets are written in transactions, ' +
      'so that read_committed readers see each result once.',
    why: 'Transactions hold results back until they are committed, half a second by default; not every reader needs that.',
    example: 'exactly-once',
    section
  },
  instanceId: {
    type: 'string',
    default: undefined,
    pattern: /[a-zA-Z0-9._-]{1,200}/,
    what: 'Names this copy among those of its group: its transactional.id is GROUP_ID and this.',
    why:
      'Host name and a random part, made at each start, so that copies on one host never fence each other. A fixed name ' +
      'lets a restart end the open transaction of the copy that died at once, instead of after TRANSACTION_TIMEOUT_MS.',
    example: 'logins-0',
    section
  },
  transactionMs: {
    type: 'integer',
    default: 500,
    min: 10,
    max: 60_000,
    what: 'How long a transaction is open before it is committed; it ends earlier when half of the slabs are in it.',
    why:
      'A commit costs the brokers the same whatever it holds. Readers wait for it, so this is most of the latency of ' +
      'exactly-once: half of it on average, all of it at worst.',
    example: '200',
    section
  },
  transactionTimeoutMs: {
    type: 'integer',
    default: 15_000,
    min: 1000,
    max: 900_000,
    what: 'After so long the brokers abort a transaction that was neither committed nor aborted.',
    why: 'So long are readers and the next owner of a partition held up by a copy that died; above a leader failover (8 s).',
    example: '60000',
    section
  },
  provenanceHeaders: {
    type: 'choice',
    default: 'off',
    values: ['on', 'off'],
    what:
      'Whether every output record carries the header millrace.source, topic/partition/offset/row/rows, by which ' +
      '`millrace verify` finds the input that it came from.',
    why: 'Some 40 bytes a record; turn it on where what comes out is to be held against what went in.',
    example: 'on',
    section
  },
  redriveTopic: {
    type: 'string',
    default: undefined,
    pattern: TOPIC_NAME,
    what: 'Where `millrace dlq redrive` writes dead letters, and which is read beside INPUT_TOPIC.',
    why: 'The input topic itself; another one keeps repeats away from its other readers.',
    example: 'user-login-retry',
    section
  },
  redriveAttempts: {
    type: 'integer',
    default: 3,
    min: 1,
    max: 1000,
    what: 'How often a dead letter is redriven; one that comes back again goes to QUARANTINE_TOPIC, or stays where it is.',
    why: 'What failed three times after somebody mended the cause will not succeed by itself.',
    example: '5',
    section
  },
  quarantineTopic: {
    type: 'string',
    default: undefined,
    pattern: TOPIC_NAME,
    what: 'Where `millrace dlq redrive` puts dead letters that have used up REDRIVE_ATTEMPTS.',
    why: 'Without it they are left in the dead-letter topic and counted.',
    example: 'user-login-quarantine',
    section
  }
} as const satisfies OptionTable
