import { expect, test } from 'vitest'
import { isRead, topicsRead } from '../../../src/config/inputs.ts'

test('REDRIVE_TOPIC is read beside the inputs', () => {
  const settings = { inputTopic: ['logins', '^eu-'], redriveTopic: 'retry' }
  expect(topicsRead(settings)).toEqual(['logins', '^eu-', 'retry'])
  expect(['logins', 'eu-logins', 'retry', 'others'].filter(topic => isRead(settings, topic))).toEqual([
    'logins',
    'eu-logins',
    'retry'
  ])
})

test('one that is read anyway is not named twice', () => {
  expect(topicsRead({ inputTopic: ['logins'], redriveTopic: 'logins' })).toEqual(['logins'])
  expect(topicsRead({ inputTopic: ['^log'], redriveTopic: 'logins-retry' })).toEqual(['^log'])
  expect(topicsRead({ inputTopic: ['logins'], redriveTopic: undefined })).toEqual(['logins'])
})
