import { expect, test } from 'vitest'
import { untilLeaderComes } from '../../../../src/kafka/confluent/admin-calls.ts'
import { ErrorCode, KafkaError } from '../../../../src/kafka/kafka-error.ts'

function failingWith(code: number) {
  let calls = 0
  return async () => {
    if (++calls < 3) throw new KafkaError(code, 'not yet')
    return calls
  }
}

test.each(['NOT_LEADER', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_LEADER_EPOCH', 'FENCED_LEADER_EPOCH'] as const)(
  'a leader that answers %s, as in the moment after a topic was created, is asked again',
  async name => {
    expect(await untilLeaderComes(failingWith(ErrorCode[name]))).toBe(3)
  }
)

test('any other failure is told at once', async () => {
  await expect(untilLeaderComes(failingWith(ErrorCode.STATE))).rejects.toMatchObject({ code: ErrorCode.STATE })
})
