import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Assignment } from '../../../src/offsets/assignment.ts'
import type { Failure } from '../../../src/stages/transact.ts'
import { assigned } from '../../fixtures/stages.ts'
import { TransactScript as Script } from '../../fixtures/transact-script.ts'

const TOO_LARGE = { code: 10, message: 'too large' }

/** A transaction of these records has failed, and they are read again under the assignment that is answered. */
async function refused(script: Script, records: number): Promise<Assignment> {
  const [assignment] = assigned(script.assignments, 1)
  await script.turn()
  script.release(assignment, 1)
  script.transact.transactionFailed(TOO_LARGE)
  await script.turn()
  assignment.isolateBelow = records
  const again = script.assignments.reopen(assignment, { offset: 0 })
  await script.end()
  return again
}

describe('Transact, when brokers refuse a row', () => {
  test('a row that is refused ends the transaction: all in it is dropped once everything is read again', async () => {
    const script = new Script(60_000)
    const [assignment] = assigned(script.assignments, 1)
    await script.turn()
    script.release(assignment, 4)
    script.transact.transactionFailed(TOO_LARGE)
    script.transact.transactionFailed({ code: -152, message: 'purged' })
    await script.turn()
    expect(script.failures).toMatchObject([{ error: { code: 10 }, ofRow: true, culprit: undefined, before: 0 }])
    expect(script.ended).toEqual([])
    await script.end()
    expect(script.ended.map(({ what, names }) => [what, names.length])).toEqual([['drop', 4]])
  })

  test('after a refusal rows go alone, so that the next one that is refused is the culprit, until all is committed', async () => {
    const script = new Script(0, 8)
    let [assignment] = assigned(script.assignments, 1)
    const fail = async (name: string, reason: Failure['error']) => {
      script.release(assignment, 4)
      script.transact.transactionFailed({ ...reason, batch: script.numbers.get(name) })
      await script.turn()
      assignment = script.assignments.reopen(assignment, { offset: 0 })
      await script.end()
    }
    await script.turn()
    await fail('logins/0@2', TOO_LARGE)
    await script.turn()
    await fail('logins/0@2', TOO_LARGE)
    expect(script.failures.map(({ culprit }) => culprit?.row)).toEqual([undefined, 2])
    // Of what has nothing to do with any row, none is to blame.
    await script.turn()
    await fail('none', TOO_LARGE)
    expect(script.failures.at(-1)?.culprit).toBe(undefined)
    expect(script.taken().filter(call => !call.includes('@'))).toEqual([
      'begin',
      'abort',
      'begin alone',
      'abort',
      'begin alone',
      'abort'
    ])
    await script.turn()
    script.release(assignment, 3)
    await script.turn()
    await script.end()
    script.release(assignment, 1)
    await script.turn()
    await script.end()
    expect(script.taken().filter(call => !call.includes('0@') || call.includes('commit'))).toEqual([
      'begin alone',
      'commit logins/0@3',
      'begin alone',
      'commit logins/0@4',
      'begin'
    ])
  })

  test('what is not in the transaction that failed does not go alone, nor what fails of something else', async () => {
    const script = new Script(0, 2)
    const [first, second] = assigned(script.assignments, 2)
    await script.turn()
    script.release(first, 1)
    script.release(second, 1)
    script.release(second, 5)
    await script.end(Object.assign(new Error('refused by the coordinator'), { code: -195 }))
    await script.end()
    expect([first.suspect, second.suspect]).toEqual([false, false])
    await script.turn()
    // Its commit has begun, as it is full.
    script.transact.transactionFailed(TOO_LARGE)
    await script.end(new Error('a row of it was refused'))
    expect([first.suspect, second.suspect, second.isolateBelow]).toEqual([false, true, 6])
  })

  test('of rows that go alone a full queue is waited for, too, and their transactions are small', async () => {
    const script = new Script(60_000, 10_000, 10_000)
    const assignment = await refused(script, 10_000)
    script.taken()
    await script.turn()
    script.room = 2
    script.release(assignment, 3)
    expect(script.taken()).toEqual(['begin alone', 'logins/0@0', 'logins/0@1'])
    script.room = Infinity
    await script.turn()
    expect(script.taken()).toEqual(['logins/0@2'])
    expect([...script.numbers.values()]).toHaveLength(3)
    for (let batch = 0; batch < 1021; batch++) script.release(assignment, 1)
    expect(script.taken().at(-1)).toBe('commit logins/0@1024')
  })

  test('rows go together again when nothing suspect has come for ten seconds, as of a partition that is paused', async () => {
    const script = new Script()
    const assignment = await refused(script, 10)
    const other = script.assignments.open('logins', 1)
    const commits = async (from: Assignment) => {
      script.taken()
      await script.turn()
      script.release(from, 1)
      await script.turn()
      await script.end()
      return script.taken().filter(call => call.startsWith('begin'))
    }
    const nowMs = performance.now()
    const clock = vi.spyOn(performance, 'now')
    onTestFinished(() => clock.mockRestore())
    clock.mockReturnValue(nowMs + 9_000)
    expect(await commits(assignment)).toEqual(['begin alone', 'begin alone'])
    clock.mockReturnValue(nowMs + 18_000)
    expect(await commits(other)).toEqual(['begin alone'])
    clock.mockReturnValue(nowMs + 19_001)
    expect(await commits(other)).toEqual(['begin'])
  })
})
