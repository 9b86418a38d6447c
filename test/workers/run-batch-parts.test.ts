import { describe, expect, test } from 'vitest'
import { Header } from '../../src/slabs/layout.ts'
import { reasons } from '../../src/slabs/outcomes.ts'
import { applyVerdict } from '../../src/slabs/verdict.ts'
import { act, NOW_MS, resultsOf, rowsOf, run, runnerWith, slabWith, usualShape } from '../fixtures/run-probe.ts'

describe('a part of a slab', () => {
  const records = [act('three'), act('filter'), act('long', { note: '300' }), act('emit')]

  test('whatever the parts, the rows are those of one run', () => {
    const whole = run(records)
    for (const parts of [[1, 2, 3, 4], [2, 4], [3, 4], [4]]) {
      const slab = slabWith(records)
      const runner = runnerWith()
      let from = 0
      for (const until of parts) {
        slab.rewindOutput(slab.outputMark)
        runner.run(slab, from, false, NOW_MS, until)
        expect([slab.header[Header.STOPPED_AT], slab.header[Header.CURSOR]]).toEqual([until, until])
        from = until
      }
      expect([rowsOf(slab), resultsOf(slab)]).toEqual([whole.rows, whole.results])
    }
  })

  test('leaves the records outside alone', () => {
    const slab = slabWith(records)
    runnerWith().run(slab, 1, false, NOW_MS, 3)
    expect(rowsOf(slab).map(({ record }) => record)).toEqual([1, 2])
    expect(Array.from(slab.outcome.subarray(0, 4), outcome => outcome > 0)).toEqual([false, true, true, false])
  })

  test('that is forgotten, as its worker died, leaves what was there before', () => {
    const slab = slabWith(records)
    const runner = runnerWith()
    runner.run(slab, 0, false, NOW_MS, 2)
    const rows = rowsOf(slab)
    const mark = slab.outputMark
    runner.run(slab, 2, false, NOW_MS, 4)
    slab.rewindOutput(mark)
    expect([rowsOf(slab), slab.outputMark, slab.header[Header.CURSOR]]).toEqual([rows, mark, 0])
  })
})

describe('a record with a verdict', () => {
  const KILLED = { reason: reasons.indexOf('killed-worker'), omitValue: false }

  test('is a dead letter with that reason, whatever it says, and nobody looks at it', () => {
    const slab = slabWith([act('emit'), act('die'), { value: 'no JSON' }, { value: null }])
    for (const record of [1, 2, 3]) applyVerdict(slab, record, KILLED)
    runnerWith().run(slab, 0, false, NOW_MS)
    const killed = { outcome: 'dead-letter', detail: 'killed-worker' }
    expect(resultsOf(slab)).toEqual([{ outcome: 'processed', detail: '' }, killed, killed, killed])
    const [, row] = rowsOf(slab)
    expect(row).toMatchObject({ output: 'dead-letter', value: '{"seq":7,"act":"die"}' })
    expect(new Map(row.headers).get('__connect.errors.exception.message')).toBe('killed-worker')
  })

  test('keeps it however often the slab runs, and goes by reference if its value was left out', () => {
    const slab = slabWith([act('die'), act('long', { note: '300' }, {})], usualShape, 20)
    applyVerdict(slab, 0, KILLED)
    for (let time = 0; time < 3; time++) {
      slab.clearOutput()
      runnerWith().run(slab, 0, false, NOW_MS)
    }
    expect(resultsOf(slab).map(({ detail }) => detail)).toEqual(['killed-worker', 'record-too-large'])
    expect(rowsOf(slab)[0].value).toBeNull()
  })

  test('keeps it where its dead letter did not fit at first', () => {
    const slab = slabWith([act('long', { note: '300' }), act('die')], { ...usualShape, outputBytes: 700 })
    applyVerdict(slab, 1, KILLED)
    const runner = runnerWith()
    runner.run(slab, 0, false, NOW_MS)
    expect(slab.header[Header.STOPPED_AT]).toBe(1)
    slab.clearOutput()
    runner.run(slab, 1, false, NOW_MS)
    expect(resultsOf(slab)[1]).toEqual({ outcome: 'dead-letter', detail: 'killed-worker' })
  })
})
