import { expect, test } from 'vitest'
import { closed, ended } from '../../src/closing.ts'

test('what closes is waited for; what fails or takes too long is named, and keeps nothing else from closing', async () => {
  let late = false
  const soon = new Promise<void>(resolve => setTimeout(resolve, 5)).then(() => (late = true))
  const problems = await closed([soon, Promise.reject(new Error('no broker')), new Promise(() => undefined)], 50)
  expect([problems, late]).toEqual([['no broker', 'not closed after 50 ms'], true])
})

test('everything closed is no problem', async () => {
  expect(await closed([Promise.resolve(), Promise.resolve(5)])).toEqual([])
})

test('a loop that ends has ended, whether or not something failed; what it throws comes through', async () => {
  const fine = new Promise<never>(() => undefined)
  const failed = Promise.reject(new Error('failed'))
  expect(await ended(Promise.resolve(), fine)).toBe(true)
  expect(await ended(Promise.resolve(), failed)).toBe(true)
  expect(await ended(new Promise(resolve => setTimeout(resolve, 5)), failed)).toBe(true)
  await expect(ended(Promise.reject(new Error('of its own')), fine)).rejects.toThrow('of its own')
})

test('a loop that goes on after a failure is left behind', async () => {
  expect(await ended(new Promise(() => undefined), Promise.reject(new Error('failed')), 5)).toBe(false)
})
