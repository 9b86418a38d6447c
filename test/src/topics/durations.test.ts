import { expect, test } from 'vitest'
import { bytesText, durationText, retentionSetting } from '../../../src/topics/durations.ts'

test.each([
  [604_800_000, '7 days'],
  [86_400_000, '1 day'],
  [90_000_000, '25 hours'],
  [5_400_000, '90 minutes'],
  [1000, '1 second'],
  [604_799_999, '604,799,999 ms'],
  [0, '0 ms'],
  [Infinity, 'for ever']
])('%d ms are %s', (durationMs, text) => {
  expect(durationText(durationMs)).toBe(text)
})

test('as Kafka has them, those without end are -1', () => {
  expect([retentionSetting(Infinity), retentionSetting(1000)]).toEqual(['-1', '1000'])
})

test('bytes are grouped by thousands', () => {
  expect(bytesText(1_048_588)).toBe('1,048,588 bytes')
})
