import { describe, expect, test } from 'vitest'
import type { VerifyTask } from '../../../src/verify/task.ts'
import { verify, type VerifyProgress } from '../../../src/verify/verify.ts'
import { found, namesIn, NOTHING } from '../../fixtures/verify-found.ts'
import { DLQ, logsOf, materialize, outputs, type Scenario } from '../../fixtures/verify-scenario.ts'

/** Six records with a row each in the first output, and what stands there, by the numbers of the records. */
const six = (...numbers: readonly number[]): Scenario => ({
  inputs: [[1, 2, 3, 4, 5, 6].map(offset => ({ offset, rows: [0] }))],
  logs: outputs.map((_, output) => (output === 0 ? numbers.map(offset => ({ input: 0, offset, row: 1, rows: 1 })) : []))
})

describe('each fault is found by its place, and nothing else', () => {
  test.for([
    ['a row is missing', six(1, 2, 4, 5, 6), { lost: ['0@3'] }],
    ['a row is there twice', six(1, 2, 3, 4, 5, 3, 6), { duplicated: ['0@3'] }],
    ['two rows have changed places', six(1, 2, 4, 3, 5, 6), { late: ['0@3#1'] }],
    ['one has come far too early', six(1, 5, 2, 3, 4, 6), { late: ['0@2#1', '0@3#1', '0@4#1'] }],
    ['a crash repeated some', six(1, 2, 3, 4, 2, 3, 4, 5, 6), { duplicated: ['0@2', '0@3', '0@4'] }],
    ['a process that had been replaced wrote on', six(1, 2, 3, 4, 5, 2, 3, 6), { duplicated: ['0@2', '0@3'] }],
    [
      'a batch was refused, the next one was not, and both came again',
      six(1, 2, 4, 5, 3, 4, 5, 6),
      { duplicated: ['0@4', '0@5'] }
    ],
    ['the same, but not all came again', six(1, 2, 4, 5, 3, 6), { late: ['0@3#1'] }],
    ['the last one has come too early', six(1, 2, 3, 4, 6, 5), { late: ['0@5#1'] }]
  ] as const)('%s', async ([, scenario, expected]) => {
    for (const positionsAtOnce of [1, 2, 3, 100]) {
      expect((await found(scenario, { positionsAtOnce })).names).toEqual({ ...NOTHING, ...expected })
    }
  })

  test('a record that is processed and a dead letter differs, and so does one that comes back to another partition', async () => {
    const scenario = six(1, 2, 3, 4, 5, 6)
    const logs = scenario.logs.map((log, output) => {
      const copy = { input: 0, row: 1, rows: 1 }
      if (output === DLQ) return [{ ...copy, offset: 2 }]
      return output === 1 ? [{ ...copy, offset: 5 }] : log
    })
    const { names, verdict } = await found({ ...scenario, logs })
    expect(names).toEqual({ ...NOTHING, differing: ['0@2', '0@5'] })
    expect(verdict.differing.ranges.map(({ detail }) => detail)).toEqual([
      'processed and dead-letter',
      'other rows when it came again'
    ])
  })

  test('a record of which some rows are missing says how many', async () => {
    const inputs = [[{ offset: 7, rows: [0, 1, 0] }]]
    const logs = logsOf(inputs, [[0, 0]]).map((log, output) => (output === 1 ? [] : log))
    const { verdict } = await found({ inputs, logs })
    expect(verdict.incomplete.ranges).toEqual([{ topic: 'in', partition: 0, first: 7, last: 7, detail: '2 of 3 rows' }])
  })

  test('rows of records that are no longer in the input are counted and no more', async () => {
    const { inputs, logs } = six(1, 2, 3, 4, 5, 6)
    const compacted = inputs.map(records => records.filter(({ offset }) => offset !== 4))
    const { names, verdict } = await found({ inputs: compacted, logs })
    expect([names, verdict.gone, verdict.records]).toEqual([NOTHING, 1, 5])
  })
})

describe('what can no longer be told', () => {
  const cutAt = (scenario: Scenario, output: number, at: number, changes: Partial<VerifyTask> = {}) => {
    const { task, reader } = materialize(scenario, changes)
    const cut = task.outputs.map((range, index) => (index === output ? { ...range, from: at, cut: true } : range))
    return verify({ ...task, outputs: cut }, { reader })
  }

  test('is no loss: results before the first that retention has left', async () => {
    const { verdict } = await cutAt(six(1, 2, 3, 5, 6), 0, 2)
    expect(verdict.unsure.ranges).toEqual([{ topic: 'in', partition: 0, first: 1, last: 2 }])
    expect([namesIn(verdict.lost), verdict.sureFrom]).toEqual([['0@4'], [3]])
  })

  test('but only of outputs to which the record would have gone', async () => {
    const { verdict } = await cutAt(six(2, 3, 4, 5, 6), DLQ, 0)
    expect([namesIn(verdict.lost), verdict.unsure.records]).toEqual([['0@1'], 0])
  })

  test('and what stands behind rows that say nothing of where they come from is certain again', async () => {
    const { task, reader, partitions } = materialize(six(1, 2, 3, 4, 6))
    partitions.set(
      'out/0',
      partitions.get('out/0')!.map((row, at) => (at === 1 ? { offset: row.offset } : row))
    )
    const { verdict, survey } = await verify(task, { reader })
    expect([verdict.unsure.records, verdict.sureFrom, namesIn(verdict.lost)]).toEqual([1, [3], ['0@5']])
    expect(survey.untraced).toEqual([1, 0, 0, 0, 0])
    const ignoring = await verify({ ...task, ignoreUntraced: true }, { reader })
    expect(namesIn(ignoring.verdict.lost)).toEqual(['0@2', '0@5'])
  })

  test('if no row says where it comes from, nothing can be said at all', async () => {
    const { task, reader, partitions } = materialize(six(1, 2))
    partitions.set('out/0', [{ offset: 0 }, { offset: 1 }])
    await expect(verify(task, { reader })).rejects.toThrow('PROVENANCE_HEADERS=on')
  })

  test('rows of other inputs are not looked at', async () => {
    const { task, reader, partitions } = materialize(six(1, 2, 3, 4, 5, 6))
    const foreign = { offset: 6, headers: { 'millrace.source': 'elsewhere/0/3/1/1' } }
    partitions.set('out/0', [...partitions.get('out/0')!, foreign])
    const outputs = task.outputs.map(range => ({ ...range, to: range.to + 1 }))
    const { verdict, survey } = await verify({ ...task, outputs }, { reader })
    expect([verdict.records, verdict.lost.records, survey.foreign]).toEqual([6, 0, 1])
  })
})

describe('reading', () => {
  const long: Scenario = {
    inputs: [Array.from({ length: 4000 }, (_, offset) => ({ offset, rows: [0] }))],
    logs: outputs.map((_, output) =>
      output === 0 ? Array.from({ length: 4000 }, (_, offset) => ({ input: 0, offset, row: 1, rows: 1 })) : []
    )
  }

  test('in several passes reads everything twice, and not each time', async () => {
    const { passes, reader, names } = await found(long, { positionsAtOnce: 400 })
    expect([passes, names]).toEqual([10, NOTHING])
    expect(reader.reads).toBeLessThan(4000 * 3)
  })

  test('tells how far it is', async () => {
    const { task, reader } = materialize(long, { positionsAtOnce: 1000 })
    const told: VerifyProgress[] = []
    await verify(task, { reader, progressed: progress => told.push(progress) })
    expect(told.map(({ pass, passes }) => `${pass} of ${passes}`)).toEqual([
      '1 of 5',
      '1 of 5',
      '2 of 5',
      '3 of 5',
      '4 of 5',
      '5 of 5'
    ])
    expect(told.every(({ done, total }) => done <= total)).toBe(true)
  })

  test('ends when it is to stop', async () => {
    const { task, reader } = materialize(long)
    const signal = AbortSignal.abort(new Error('it was stopped'))
    await expect(verify(task, { reader, signal })).rejects.toThrow('it was stopped')
  })
})
