import type { OptionTable } from '../option.ts'

const section = 'Samples (millrace generate and make run)'

export const sampleOptions = {
  samples: {
    type: 'integer',
    default: 200_000,
    min: 0,
    max: 1_000_000_000,
    what: 'How many sample logins are written; with a RATE set, 0 is no end.',
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
  }
} as const satisfies OptionTable
