import { expect, test } from 'vitest'
import { inTurn } from '../../../scripts/broker/turn.ts'

test('the second waits until the first has ended, and is told so', async () => {
  const name = `test ${process.pid}`
  const events: string[] = []
  const first = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  const a = inTurn(
    name,
    () => events.push('a waits'),
    async () => {
      entered.resolve()
      await first.promise
      events.push('a ends')
    }
  )
  await entered.promise
  const waiting = Promise.withResolvers<void>()
  const b = inTurn(
    name,
    () => waiting.resolve(),
    async () => void events.push('b runs')
  )
  await waiting.promise
  first.resolve()
  await Promise.all([a, b])
  expect(events).toEqual(['a ends', 'b runs'])
})

test('work that fails gives the turn back', async () => {
  const name = `test failing ${process.pid}`
  await expect(
    inTurn(
      name,
      () => {},
      () => Promise.reject(new Error('no'))
    )
  ).rejects.toThrow('no')
  expect(
    await inTurn(
      name,
      () => {},
      () => Promise.resolve('next')
    )
  ).toBe('next')
})
