import { expect, test } from 'vitest'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { WorkerDied } from '../../../src/pool/worker-death.ts'
import type { Step } from '../../../src/stages/naming.ts'
import { setUpDispatch } from '../../fixtures/dispatch.ts'
import { assigned, settled, taskOf, work } from '../../fixtures/stages.ts'

/** A dispatch whose parts have to wait for a name; everything that happens is written down. */
function setUp({ dies = false } = {}) {
  const happened: string[] = []
  const grants: (() => void)[] = []
  let died = false
  const setting = setUpDispatch(
    async (slab, from, until) => {
      happened.push(`runs ${from}-${until}`)
      if (dies && !died) {
        died = true
        throw new WorkerDied('died', { place: 'at', record: from })
      }
      work(slab, from, { until })
    },
    {
      step: (task): Step | undefined => {
        if (task.from >= 2) return undefined
        const end = task.from + 1
        const granted = Promise.withResolvers<() => void>()
        grants.push(() => granted.resolve(() => void happened.push(`over ${end - 1}`)))
        return { end, granted: granted.promise }
      },
      last: async () => undefined
    }
  )
  const grant = async () => {
    grants.shift()?.()
    await settled()
  }
  return { ...setting, happened, grant }
}

const task = (records: number) => taskOf([[assigned(new Assignments(), 1)[0], records]])

test('a part waits for its name, ends where that ends, and says when it is over', async () => {
  const { dispatch, happened, grant, done } = setUp()
  dispatch.submit(task(5))
  await settled()
  expect([happened, dispatch.running]).toEqual([[], 1])
  await grant()
  expect(happened).toEqual(['runs 0-1', 'over 0'])
  await grant()
  expect(happened.slice(2)).toEqual(['runs 1-2', 'over 1', 'runs 2-5'])
  expect([done[0].tally.processed, dispatch.running]).toEqual([5, 0])
})

test('a worker that dies ends the turn of its part, too', async () => {
  const { dispatch, happened, grant } = setUp({ dies: true })
  dispatch.submit(task(2))
  await grant()
  await grant()
  expect(happened).toEqual(['runs 0-1', 'over 0', 'runs 0-1', 'over 0'])
})

test('once stopped, what waited for its name does not run', async () => {
  const { dispatch, happened, grant } = setUp()
  dispatch.submit(task(2))
  dispatch.stop()
  await grant()
  expect(happened).toEqual([])
})

test('a thread that can not be ended fails the processor when the record is named, and not before', async () => {
  const told = Promise.withResolvers<void>()
  const named: string[] = []
  const { dispatch, errors } = setUpDispatch(
    async () => {
      throw new WorkerDied('stuck', { place: 'at', record: 1 })
    },
    {
      step: () => undefined,
      last: ({ partition }, offset) => {
        named.push(`${partition}@${offset}`)
        return told.promise
      }
    }
  )
  dispatch.submit(task(3))
  await settled()
  expect([named, errors]).toEqual([['0@1'], []])
  told.resolve()
  await settled()
  expect(errors).toHaveLength(1)
})
