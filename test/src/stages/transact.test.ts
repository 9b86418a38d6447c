import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CommitOffset } from '../../../src/kafka/ports.ts'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import type { Batch } from '../../../src/stages/batch.ts'
import { type Failure, Transact } from '../../../src/stages/transact.ts'
import { assigned, namesIn, quietEvents, settled, taskOf, work } from '../../fixtures/stages.ts'

/** Every call of the client, in order; the test answers commits and aborts. */
class Script {
  readonly calls: string[] = []
  readonly assignments = new Assignments()
  readonly ended: { readonly what: 'next' | 'drop'; readonly batch: Batch; readonly names: string[] }[] = []
  readonly failures: Failure[] = []
  readonly errors: Error[] = []
  answer: PromiseWithResolvers<void> | undefined
  room = Infinity
  readonly transact: Transact

  constructor(transactionMs = 0, maxRecords = 1000, maxSlabs = 1000) {
    const end = (what: 'next' | 'drop') => (batch: Batch) => {
      const names = namesIn(batch.task.slab, batch.firstRow, batch.endRow)
      this.ended.push({ what, batch, names })
      batch.state = 'ended'
      if (what === 'next' && batch.assignment.live) batch.assignment.ledger.settle(batch.entry, batch.tally)
    }
    this.transact = new Transact({
      producer: { produce: (slab, firstRow, endRow) => this.#produce(namesIn(slab, firstRow, endRow), firstRow) },
      transactions: {
        begin: async () => void this.calls.push('begin'),
        commit: offsets => this.#ask(`commit ${named(offsets)}`)
      },
      assignments: this.assignments,
      events: quietEvents().events,
      transactionMs,
      maxRecords,
      maxSlabs,
      next: end('next'),
      drop: end('drop'),
      abort: failure => {
        this.failures.push(failure)
        return this.#ask('abort')
      },
      failed: error => this.errors.push(error)
    })
  }

  /** Lets the loop come round, and everything that is ready run. */
  async turn(): Promise<void> {
    this.transact.step()
    await settled()
  }

  async end(error?: Error): Promise<void> {
    const { answer } = this
    this.answer = undefined
    if (error === undefined) answer?.resolve()
    else answer?.reject(error)
    await settled()
  }

  release(assignment: Assignment, records: number): void {
    const task = taskOf([[assignment, records]])
    work(task.slab, 0)
    const [batch] = task.batches
    batch.endRow = records
    batch.tally.processed = records
    batch.state = 'released'
    this.transact.release(batch)
  }

  taken(): string[] {
    return this.calls.splice(0)
  }

  #produce(names: string[], firstRow: number): number {
    const taken = names.slice(0, this.room)
    this.room -= taken.length
    this.calls.push(...taken)
    return firstRow + taken.length
  }

  #ask(call: string): Promise<void> {
    this.calls.push(call)
    this.answer = Promise.withResolvers()
    return this.answer.promise
  }
}

const named = (offsets: readonly CommitOffset[]) =>
  offsets.map(({ topic, partition, offset }) => `${topic}/${partition}@${offset}`).join(' ')

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

  test('a row that is refused ends the transaction: all in it is dropped once everything is read again', async () => {
    const script = new Script(60_000)
    const [assignment] = assigned(script.assignments, 1)
    await script.turn()
    script.release(assignment, 4)
    script.transact.transactionFailed({ code: 10, message: 'too large' })
    script.transact.transactionFailed({ code: -152, message: 'purged' })
    await script.turn()
    expect(script.failures).toMatchObject([{ error: { code: 10 }, ofRow: true, culprit: undefined, before: 0 }])
    expect(script.ended).toEqual([])
    await script.end()
    expect(script.ended.map(({ what, names }) => [what, names.length])).toEqual([['drop', 4]])
  })

  test('a refused row is looked for by halves, and a record that is refused alone is the culprit', async () => {
    const script = new Script(0, 8)
    const assignments = assigned(script.assignments, 4)
    await script.turn()
    for (const [tried, left] of [8, 4, 2, 1].entries()) {
      script.release(assignments[tried], 8)
      script.transact.transactionFailed({ code: 10, message: 'too large' })
      await script.turn()
      // It was full, so that its commit has begun.
      await script.end(new Error('a row of it was refused'))
      // What was behind the half that was tried is read again, too.
      script.assignments.close(assignments[tried])
      await script.end()
      expect(script.failures.at(-1)?.culprit?.records).toBe(left === 1 ? 1 : undefined)
      await script.turn()
    }
    expect(script.failures).toHaveLength(4)
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
