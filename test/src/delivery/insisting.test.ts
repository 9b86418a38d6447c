import { describe, expect, test } from 'vitest'
import { insisting } from '../../../src/delivery/exactly-once.ts'
import type { CommittedPosition } from '../../../src/kafka/ports.ts'

const LOGINS = { topic: 'logins', partition: 0 }
const quick = { knownWithinMs: 200, askAgainMs: 1 }
const at = (offset: number): CommittedPosition => ({ ...LOGINS, offset, metadata: '' })

/** A consumer that gives one answer after the other, and the last one for ever. */
function answering(...answers: (CommittedPosition | Error)[]) {
  const asked: number[] = []
  const committed = async () => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push(asked.length)
    if (answer instanceof Error) throw answer
    return [answer]
  }
  return { asked, consumer: { committed, commit: async () => undefined } }
}

describe('what the group has committed', () => {
  test('is asked for until somebody knows it', async () => {
    const { consumer, asked } = answering(new Error('loading'), new Error('loading'), at(7))
    expect(await insisting(consumer, () => undefined, quick).committed([LOGINS])).toEqual([at(7)])
    expect(asked).toHaveLength(3)
  })

  test('and not believed while it lies before what has been confirmed: nothing is processed twice', async () => {
    const { consumer } = answering(at(-1), at(8961), at(9473))
    expect(await insisting(consumer, () => 9473, quick).committed([LOGINS])).toEqual([at(9473)])
  })

  test('what another one has committed since is believed at once', async () => {
    const { consumer, asked } = answering(at(12_000))
    expect(await insisting(consumer, () => 9473, quick).committed([LOGINS])).toEqual([at(12_000)])
    expect(asked).toHaveLength(1)
  })

  test('one that stays is believed in the end: the group has been moved', async () => {
    const { consumer } = answering(at(10))
    expect(await insisting(consumer, () => 9473, quick).committed([LOGINS])).toEqual([at(10)])
  })

  test('an error that stays is told', async () => {
    const { consumer } = answering(new Error('no coordinator'))
    await expect(insisting(consumer, () => undefined, quick).committed([LOGINS])).rejects.toThrow('no coordinator')
  })
})
