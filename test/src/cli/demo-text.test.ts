import { expect, test } from 'vitest'
import { samplesText } from '../../../src/cli/demo-text.ts'

const usual = { replayFile: undefined, samples: 200_000, rate: 0 }

test.each([
  ['200,000 sample logins, one in fifty of them bad', usual, {}],
  ['20 sample logins, 5 a second, one in fifty of them bad', { ...usual, samples: 20, rate: 5 }, { SAMPLES: '20' }],
  ['200,000 sample logins, 20,000 a second, one in fifty of them bad', { ...usual, rate: 20_000 }, {}],
  ['sample logins, 5,000 a second, one in fifty of them bad', { ...usual, samples: 0, rate: 5000 }, { SAMPLES: '0' }],
  ['200,000 sample logins', usual, { SAMPLE_SHARES: 'malformed=0' }],
  ['what is in logins.jsonl, 5 a second', { ...usual, replayFile: 'logins.jsonl', rate: 5 }, {}]
])('says what is sent: %s', (text, settings, given) => {
  expect(samplesText(settings, given)).toBe(text)
})
