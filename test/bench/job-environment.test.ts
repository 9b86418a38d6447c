import { describe, expect, test } from 'vitest'
import { readLoginJob } from '../../bench/job-environment.ts'

const job = {
  BROKERS: 'localhost:9092',
  IN: 'logins',
  OUT: 'out',
  CLEANED: 'cleaned',
  DLQ: 'dlq',
  GROUP: 'group',
  N: '1000'
}

describe('the environment of the login job', () => {
  test('its topics, group and brokers become our settings', () => {
    const { environment, records } = readLoginJob(job)
    expect(records).toBe(1000)
    expect(environment).toMatchObject({
      BROKERS: 'localhost:9092',
      INPUT_TOPIC: 'logins',
      OUTPUT_TOPIC: 'out',
      CLEANED_TOPIC: 'cleaned',
      DLQ_TOPIC: 'dlq',
      GROUP_ID: 'group',
      ACCEPTED_APP_VERSIONS: '2.3.0'
    })
  })

  test('somebody else’s settings can tune the job but not change it', () => {
    const { environment } = readLoginJob({ ...job, PII_HASH_KEY: 'k', ENRICH_FIELDS: 'none', SLAB_RECORDS: '256' })
    expect(environment).toMatchObject({
      PII_HASH_KEY: '',
      ENRICH_FIELDS: 'event_time,processed_at',
      SLAB_RECORDS: '256'
    })
  })

  test('only JOB_SETTINGS changes what the job is, and not where it reads', () => {
    const { environment } = readLoginJob({ ...job, JOB_SETTINGS: 'PII_HASH_KEY=k\nGROUP_ID=other' })
    expect(environment).toMatchObject({ PII_HASH_KEY: 'k', GROUP_ID: 'group' })
  })

  test('everything that is missing is named at once', () => {
    expect(() => readLoginJob({ ...job, IN: '', GROUP: undefined })).toThrow('the login job needs IN, GROUP')
  })

  test.each(['0', '1.5', 'all'])('N=%s is refused', text => {
    expect(() => readLoginJob({ ...job, N: text })).toThrow('N is how many records to take')
  })
})
