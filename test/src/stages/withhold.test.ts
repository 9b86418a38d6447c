import { expect, test } from 'vitest'
import type { TopicPartition } from '../../../src/kafka/ports.ts'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import { Withhold } from '../../../src/stages/withhold.ts'
import { assigned } from '../../fixtures/stages.ts'

function setUp() {
  const told: string[] = []
  const tell = (what: string) => (partitions: readonly TopicPartition[]) =>
    void told.push(
      `${what} ${partitions
        .map(({ partition }) => partition)
        .toSorted((a, b) => a - b)
        .join()}`
    )
  const waiting = new Set<Assignment>()
  const paused = new Set<number>()
  const withhold = new Withhold({
    consumer: { pause: tell('pause'), resume: tell('resume') },
    waiting: () => new Set(waiting),
    isPaused: ({ partition }) => paused.has(partition)
  })
  const step = () => (withhold.step(), told.splice(0))
  const assignments = new Assignments()
  return { step, waiting, paused, assignments, partitions: assigned(assignments, 3) }
}

test('nothing is fetched of what waits, until it does no more; each is told once', () => {
  const { step, waiting, partitions } = setUp()
  expect(step()).toEqual([])
  waiting.add(partitions[0]).add(partitions[2])
  expect([step(), step()]).toEqual([['pause 0,2'], []])
  waiting.delete(partitions[0])
  waiting.add(partitions[1])
  expect([step(), step()]).toEqual([['pause 1', 'resume 0'], []])
  waiting.clear()
  expect([step(), step()]).toEqual([['resume 1,2'], []])
})

test('what somebody has paused stays so, and what has gone is not spoken of', () => {
  const { step, waiting, paused, assignments, partitions } = setUp()
  for (const partition of partitions) waiting.add(partition)
  step()
  paused.add(1)
  assignments.close(partitions[2])
  waiting.clear()
  expect(step()).toEqual(['resume 0'])
})

test('one that is read again is another assignment, and told again', () => {
  const { step, waiting, assignments, partitions } = setUp()
  waiting.add(partitions[0])
  step()
  const again = assignments.reopen(partitions[0], { offset: 5 })
  waiting.clear()
  waiting.add(again)
  expect(step()).toEqual(['pause 0'])
})
