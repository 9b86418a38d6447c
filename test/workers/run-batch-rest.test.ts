import { expect, test } from 'vitest'
import { NOT_NOW } from '../../src/slabs/layout.ts'
import { act, NOW_MS, rowsOf, runnerWith, slabWith } from '../fixtures/run-probe.ts'

test('records that are another task’s are left alone, and counted when that one runs', () => {
  const slab = slabWith([0, 1, 2, 3].map(seq => act('emit', { seq, act: undefined })))
  const runner = runnerWith({ fieldDefaults: 'act=emit' })
  const run = (own: readonly number[]) => {
    for (let record = 0; record < slab.records; record++) slab.flags[record] = own.includes(record) ? 0 : NOT_NOW
    slab.clearOutput()
    runner.run(slab, 0, false, NOW_MS)
    return [rowsOf(slab).map(({ record, value }) => [record, value]), slab.counters[0]]
  }
  const row = (seq: number) => [seq, `{"seq":${seq}}`]
  expect(run([0, 1])).toEqual([[row(0), row(1)], 2])
  expect(run([2, 3])).toEqual([[row(2), row(3)], 2])
})
