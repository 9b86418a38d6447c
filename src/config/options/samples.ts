import type { OptionTable } from '../option.ts'

const section = 'Samples (millrace generate and make run)'

export const sampleOptions = {
  samples: {
    type: 'integer',
    default: 200_000,
    min: 0,
    max: 1_000_000_000,
    what: 'How many sample logins are written; with a RATE set, 0 is no end. Of a REPLAY_FILE all lines, unless this is set.',
    why: 'Enough for a rate to settle and few enough to be done in seconds.',
    example: '1000000',
    section
  },
  rate: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 10_000_000,
    what: 'Sample logins a second; 0 is as fast as possible. `make run` with a RATE goes on until Ctrl-C.',
    why: 'A first run wants to see how fast it goes.',
    example: '5000',
    section
  },
  seed: {
    type: 'integer',
    default: 1,
    min: 0,
    max: 2_147_483_647,
    what: 'What sample logins are drawn from: the same seed gives the same logins.',
    why: 'A run can be repeated.',
    example: '7',
    section
  },
  sampleShares: {
    type: 'pairs',
    default: '',
    what: 'The part of all samples, from 0 to 1, that is of a kind; kinds not named keep their share.',
    why: 'One in fifty bad and one in ten of another app version is what the real topic looks like.',
    example: 'malformed=0.05,other-version=0',
    section
  },
  sampleUsers: {
    type: 'integer',
    default: 100_000,
    min: 1,
    max: 100_000_000,
    what: 'How many users the sample logins are of; a few of them log in far more often than the others.',
    why: 'So many that most come back within a run, and that their keys reach every partition.',
    example: '5000000',
    section
  },
  sampleSpanMs: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 315_360_000_000,
    what:
      'Sample logins are of the time from so long ago until now, with the rhythm of a day, in `timestamp` and as ' +
      'Kafka timestamps; 0 is of now.',
    why: 'Old records are lost where retention is shorter, and expire where MAX_RECORD_AGE_MS is.',
    example: '604800000',
    section
  },
  sampleTimestamps: {
    type: 'list',
    default: 'seconds',
    pattern: /seconds|milliseconds|iso/,
    what:
      'How `timestamp` is written, any one of these in each login: seconds and milliseconds as numbers and as texts, iso ' +
      'as ISO 8601 with and without a fraction or an offset.',
    why: 'The real topic has seconds, in both spellings.',
    example: 'seconds,milliseconds,iso',
    section
  },
  sampleRolloutPercent: {
    type: 'integer',
    default: 30,
    min: 0,
    max: 100,
    what:
      'Of the sample logins of other app versions, the percentage that is of 2.4.0, which is being rolled out; the rest ' +
      'is of old ones. How many are of other versions at all is the share of other-version in SAMPLE_SHARES.',
    why: 'Versions come and go; what ACCEPTED_APP_VERSIONS leaves out should not be old ones only.',
    example: '80',
    section
  },
  sampleNumbers: {
    type: 'choice',
    default: 'on',
    values: ['on', 'off'],
    what: 'Whether each sample carries its number in the header `sample`.',
    why: 'A sample can be found again in every output, and made again. Without it one costs a fifth less to write.',
    example: 'off',
    section
  },
  sampleCodec: {
    type: 'choice',
    default: 'input',
    values: ['input', 'json', 'avro'],
    what:
      'How sample logins are written: input is as INPUT_CODEC says. Avro needs the schema to be registered, by ' +
      '`millrace schema register`.',
    why: 'What is read should be what is written.',
    example: 'avro',
    section
  },
  replayFile: {
    type: 'string',
    default: undefined,
    what:
      'Writes the lines of this file in place of samples, as they are: a value a line, or a key, a tab and a value. ' +
      'Without a key it is the user_id of a value that is JSON and has one.',
    why: 'What went wrong once can be tried again.',
    example: './logins.jsonl',
    section
  },
  replayLoops: {
    type: 'integer',
    default: 1,
    min: 0,
    max: 1_000_000_000,
    what: 'How often the REPLAY_FILE is written; 0 is without end.',
    why: 'A small file can make a long run.',
    example: '100',
    section
  }
} as const satisfies OptionTable
