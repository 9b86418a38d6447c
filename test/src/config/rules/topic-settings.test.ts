import { expect, test } from 'vitest'
import { mistakes } from '../shout-pipeline.ts'

test.each([
  ['3', '2'],
  ['1', '1'],
  ['0', '5'],
  ['5', '0']
])('TOPIC_REPLICATION=%s with TOPIC_MIN_INSYNC=%s is taken', (replication, minInsync) => {
  expect(mistakes({ TOPIC_REPLICATION: replication, TOPIC_MIN_INSYNC: minInsync })).toBe('')
})

test.each([
  ['3', '3'],
  ['2', '2'],
  ['1', '2']
])(
  'a topic that takes nothing while one broker is away is refused: TOPIC_REPLICATION=%s, TOPIC_MIN_INSYNC=%s',
  (...values) => {
    const [replication, minInsync] = values
    expect(mistakes({ TOPIC_REPLICATION: replication, TOPIC_MIN_INSYNC: minInsync })).toContain(
      `TOPIC_MIN_INSYNC, TOPIC_REPLICATION: of ${replication} replicas`
    )
  }
)
