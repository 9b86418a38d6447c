import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeLog, type UpstreamTransaction } from './log.ts'

const values = (log: FakeLog) => log.records.map(({ value }) => String(value))
const record = (value: string) => ({ value: Buffer.from(value) })

describe('fake log', () => {
  test('an open transaction holds back what stands behind its first record, of whomever', () => {
    const log = new FakeLog()
    const transaction = log.openTransaction()
    log.append(record('a'))
    expect([values(log), log.stableOffset, log.end]).toEqual([['a'], 1, 1])
    transaction.append(record('b'))
    log.append(record('c'))
    expect([values(log), log.stableOffset, log.end]).toEqual([['a'], 1, 3])
    transaction.commit()
    expect([values(log), log.stableOffset, log.end]).toEqual([['a', 'b', 'c'], 4, 4])
    expect(() => transaction.abort()).toThrow('committed already')
  })

  test('one without a record leaves no marker', () => {
    const log = new FakeLog()
    log.openTransaction().commit()
    expect(log.end).toBe(0)
  })

  test('shows what is committed, in order, below the first record of any open transaction, whatever happens', () => {
    const step = fc.record({ writer: fc.nat(3), act: fc.constantFrom('append', 'commit', 'abort') })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const log = new FakeLog()
        const open = new Map<number, UpstreamTransaction>()
        const written: { offset: number; fate: string; writer: number }[] = []
        for (const { writer, act } of steps) {
          if (act === 'append' && writer === 0) written.push({ offset: log.append({}), fate: 'commit', writer })
          else if (act === 'append') {
            const transaction = open.get(writer) ?? log.openTransaction()
            open.set(writer, transaction)
            written.push({ offset: transaction.append({}), fate: 'open', writer })
          } else if (open.has(writer)) {
            open.get(writer)![act]()
            open.delete(writer)
            for (const entry of written) if (entry.writer === writer && entry.fate === 'open') entry.fate = act
          }
          const stable = written.find(({ fate }) => fate === 'open')?.offset ?? log.end
          const shown = written.filter(({ offset, fate }) => offset < stable && fate === 'commit')
          expect(log.stableOffset).toBe(stable)
          expect(log.records.map(({ offset }) => offset)).toEqual(shown.map(({ offset }) => offset))
          expect(log.indexOf(stable)).toBe(log.records.length)
        }
      })
    )
  })
})
