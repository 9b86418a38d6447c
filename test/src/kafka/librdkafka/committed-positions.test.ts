import { describe, expect, test } from 'vitest'
import { CallsUnderWay } from '../../../../src/kafka/librdkafka/calls-under-way.ts'
import { committedPositions } from '../../../../src/kafka/librdkafka/committed-positions.ts'

type Answer = { readonly error: { code: number; message: string } } | { readonly found: readonly unknown[] }
const HERE = { topic: 't', partition: 0 }

function clientThat(...answers: Answer[]) {
  const asked: unknown[] = []
  const committed = (partitions: unknown, _timeoutMs: number, callback: (error: unknown, found?: unknown) => void) => {
    asked.push(partitions)
    const answer = answers.length > 1 ? (answers.shift() as Answer) : answers[0]
    setImmediate(() => ('error' in answer ? callback(answer.error) : callback(null, answer.found)))
  }
  const ask = (timeoutMs = 10_000) =>
    committedPositions({ committed }, new CallsUnderWay(), [HERE], {
      timeoutMs,
      retryMs: 0
    })
  return { ask, asked }
}

describe('committed positions', () => {
  test('an offset with its metadata; none is -1', async () => {
    const known = clientThat({ found: [{ ...HERE, offset: 7, metadata: 'm' }] })
    expect(await known.ask()).toEqual([{ ...HERE, offset: 7, metadata: 'm' }])
    const unknown = clientThat({ found: [{ ...HERE }] })
    expect(await unknown.ask()).toEqual([{ ...HERE, offset: -1, metadata: '' }])
  })

  test('while the coordinator moves, or a transaction is pending, it is asked again', async () => {
    const moves = { error: { code: 16, message: 'not coordinator' } }
    const pending = { found: [new Error('unstable offsets')] }
    const { ask, asked } = clientThat(moves, pending, pending, { found: [{ ...HERE, offset: 7 }] })
    expect(await ask()).toEqual([{ ...HERE, offset: 7, metadata: '' }])
    expect(asked).toHaveLength(4)
  })

  test('not for ever: it rejects with the partition and the cause', async () => {
    const { ask } = clientThat({ found: [new Error('unstable offsets')] })
    await expect(ask(0)).rejects.toMatchObject({ code: 88, message: expect.stringMatching(/t\/0.*unstable/) })
  })

  test('what no waiting mends is said at once', async () => {
    const { ask, asked } = clientThat({ error: { code: 30, message: 'group authorization failed' } })
    await expect(ask()).rejects.toMatchObject({ code: 30 })
    expect(asked).toHaveLength(1)
  })
})
