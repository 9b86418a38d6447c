import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assigned } from '../../fixtures/stages.ts'
import { TransactScript as Script } from '../../fixtures/transact-script.ts'

describe('Transact', () => {
  test('produces into an open transaction, commits what is behind the last batch, and begins the next', async () => {
    const script = new Script()
    const [first, second] = assigned(script.assignments, 2)
    script.release(first, 2)
    expect(script.taken()).toEqual([])
    await script.turn()
    script.release(second, 1)
    script.release(first, 1)
    expect(script.taken()).toEqual(['begin', 'logins/0@0', 'logins/0@1', 'logins/1@0', 'logins/0@2'])
    await script.turn()
    expect(script.taken()).toEqual(['commit logins/0@3 logins/1@1'])
    expect(script.ended).toEqual([])
    await script.end()
    expect(script.ended.map(({ what }) => what)).toEqual(['next', 'next', 'next'])
    expect([first.committed, second.committed, first.uncommitted]).toEqual([3, 1, false])
    expect(script.taken()).toEqual(['begin'])
  })

  test('what is released while a transaction commits waits for the next one', async () => {
    const script = new Script()
    const [assignment] = assigned(script.assignments, 1)
    await script.turn()
    script.release(assignment, 1)
    await script.turn()
    script.release(assignment, 2)
    expect(script.taken()).toEqual(['begin', 'logins/0@0', 'commit logins/0@1'])
    await script.end()
    expect(script.taken()).toEqual(['begin', 'logins/0@1', 'logins/0@2'])
  })

  test('commits before its time when it is full, when a partition drains, and when somebody waits', async () => {
    const script = new Script(60_000, 3)
    const [first, second] = assigned(script.assignments, 2)
    await script.turn()
    script.release(first, 2)
    await script.turn()
    script.release(first, 2)
    script.release(first, 1)
    expect(script.taken()).toEqual(['begin', ...[0, 1, 2, 3].map(at => `logins/0@${at}`), 'commit logins/0@4'])
    await script.end()
    first.state = 'draining'
    await script.turn()
    expect(script.taken()).toEqual(['begin', 'logins/0@4', 'commit logins/0@5'])
    await script.end()
    second.ledger.reachedEnd(7)
    const waited = script.transact.now([second])
    await script.turn()
    expect(script.taken()).toEqual(['begin', 'commit logins/1@7'])
    await script.end()
    await waited
    await script.transact.now([second])
  })

  test('once it lies in as many slabs as it may, it is committed without the loop, which waits for a slab', async () => {
    const script = new Script(60_000, 1000, 2)
    const [assignment] = assigned(script.assignments, 1)
    await script.turn()
    for (let batch = 0; batch < 5; batch++) script.release(assignment, 1)
    expect(script.taken()).toEqual(['begin', 'logins/0@0', 'logins/0@1', 'commit logins/0@2'])
    await script.end()
    expect(script.taken()).toEqual(['begin', 'logins/0@2', 'logins/0@3', 'commit logins/0@4'])
    await script.end()
    expect(script.taken()).toEqual(['begin', 'logins/0@4'])
  })

  test('never commits half a batch: a full queue is waited for', async () => {
    const script = new Script()
    const [assignment] = assigned(script.assignments, 1)
    script.room = 1
    await script.turn()
    script.release(assignment, 3)
    await script.turn()
    expect(script.taken()).toEqual(['begin', 'logins/0@0'])
    script.room = 2
    await script.turn()
    expect(script.taken()).toEqual(['logins/0@1', 'logins/0@2', 'commit logins/0@3'])
  })

  test('a partition that is lost while it is in the transaction aborts it; its waiting batches are just dropped', async () => {
    const script = new Script(60_000, 2)
    const [first, second, third] = assigned(script.assignments, 3)
    await script.turn()
    script.release(first, 1)
    script.assignments.close(first)
    // Now it is full, but can't be committed.
    script.release(second, 1)
    script.release(third, 2)
    script.assignments.close(third)
    await script.turn()
    expect(script.ended.map(({ what, names }) => [what, names])).toEqual([['drop', ['logins/2@0', 'logins/2@1']]])
    expect(script.failures).toMatchObject([{ ofRow: false, error: { message: 'a partition in it was lost' } }])
  })

  test('an abort that can not be done ends the processor', async () => {
    const script = new Script()
    const [assignment] = assigned(script.assignments, 1)
    await script.turn()
    script.release(assignment, 1)
    await script.turn()
    await script.end(Object.assign(new Error('fenced'), { code: -144 }))
    expect(script.failures).toMatchObject([{ error: { code: -144 }, ofRow: false }])
    await script.end(new Error('no broker'))
    expect(script.errors.map(({ message }) => message)).toEqual(['no broker'])
  })

  test('whatever fails whenever: each batch ends once, rows go out in order, and none while a transaction ends', async () => {
    const step = fc.record({
      kind: fc.constantFrom('release', 'release', 'turn', 'turn', 'commit', 'fail', 'refuse', 'lose', 'room'),
      partition: fc.nat(2),
      records: fc.integer({ min: 1, max: 5 })
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
        const script = new Script(0, 6)
        const live = assigned(script.assignments, 3)
        let released = 0
        for (const { kind, partition, records } of steps) {
          const ending = script.answer !== undefined
          const before = script.calls.length
          if (kind === 'release') {
            script.release(live[partition], records)
            released += records
          } else if (kind === 'turn') await script.turn()
          else if (kind === 'room') script.room = records
          else if (kind === 'refuse') script.transact.transactionFailed({ code: 10, message: 'no' })
          else if (kind === 'lose') live[partition] = script.assignments.open('logins', partition)
          else if (script.answer !== undefined) {
            if (script.calls.at(-1) === 'abort' || script.failures.length > 0) {
              // As the processor does: before an abort is over, everything has a new epoch.
              for (const index of live.keys()) live[index] = script.assignments.open('logins', index)
            }
            await script.end(kind === 'fail' && script.failures.length === 0 ? new Error('no') : undefined)
            continue
          }
          if (ending) expect(script.calls.slice(before).filter(call => call.includes('@'))).toEqual([])
        }
        for (const assignment of live) script.assignments.close(assignment)
        script.room = Infinity
        for (let turn = 0; turn < 10; turn++) {
          await script.turn()
          await script.end()
        }
        const endedRecords = script.ended.reduce((sum, { batch }) => sum + batch.records, 0)
        expect(endedRecords).toBe(released)
        expect(new Set(script.ended.map(({ batch }) => batch)).size).toBe(script.ended.length)
        expect(script.errors).toEqual([])
      }),
      { numRuns: 200 }
    )
  })
})
