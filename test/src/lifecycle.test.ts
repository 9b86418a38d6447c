import { expect, test } from 'vitest'
import { Lifecycle, lifecycleStates, type LifecycleState } from '../../src/lifecycle.ts'

const all = Object.keys(lifecycleStates) as LifecycleState[]

/** A lifecycle that has gone this way. */
function after(...path: LifecycleState[]): { lifecycle: Lifecycle; moves: LifecycleState[] } {
  const moves: LifecycleState[] = []
  const lifecycle = new Lifecycle(state => moves.push(state))
  for (const state of path) lifecycle.move(state)
  return { lifecycle, moves }
}

const canFollow = (...path: LifecycleState[]) =>
  all.filter(state => {
    try {
      after(...path).lifecycle.move(state)
      return true
    } catch {
      return false
    }
  })

test('each state can be followed by its own, and nothing comes after the end', () => {
  expect(canFollow()).toEqual(['running', 'draining', 'failed'])
  expect(canFollow('running')).toEqual(['held', 'draining', 'failed'])
  expect(canFollow('running', 'held')).toEqual(['running', 'draining', 'failed'])
  expect(canFollow('draining')).toEqual(['stopped', 'failed'])
  expect(canFollow('draining', 'stopped')).toEqual([])
  expect(canFollow('failed')).toEqual([])
})

test('every move is told, and a refused one changes nothing', () => {
  const { lifecycle, moves } = after('running', 'draining')
  expect(() => lifecycle.move('running')).toThrow("a processor that is draining can't be running")
  expect([lifecycle.state, moves]).toEqual(['draining', ['running', 'draining']])
})
