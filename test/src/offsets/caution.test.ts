import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Caution } from '../../../src/offsets/caution.ts'
import { NO_METADATA, parseCommitMetadata } from '../../../src/offsets/commit-metadata.ts'

const MAX_RECORDS = 1000

const cautionAt = (offset: number | undefined, text = '') => new Caution(offset, parseCommitMetadata(text), MAX_RECORDS)

const named = (offset: number, more: object = {}) => JSON.stringify({ v: 1, record: { offset, deaths: 0, ...more } })
const running = (offset: number, deaths: number) => named(offset, { deaths, running: true })

describe('attempts', () => {
  test('each assignment that begins at the same offset is one more', () => {
    const texts = ['']
    for (let time = 0; time < 3; time++) texts.push(cautionAt(50, texts.at(-1)).metadataAt(50) ?? '')
    expect(texts).toEqual(['', '{"v":1,"attempts":1}', '{"v":1,"attempts":2}', '{"v":1,"attempts":3}'])
  })

  test('are forgotten where the offset moves, and where the partition is given back in order', () => {
    const caution = cautionAt(50, '{"v":1,"attempts":4,"counts":{"a":1}}')
    expect(caution.metadataAt(51)).toBe('{"v":1,"counts":{"a":1}}')
    caution.leave()
    expect(caution.metadataAt(50)).toBe('{"v":1,"counts":{"a":1}}')
  })

  test('where nothing is committed begin with the offset of the first record', () => {
    const caution = cautionAt(-1)
    expect([caution.unpinned, caution.watchful, caution.metadataAt(7)]).toEqual([true, true, undefined])
    caution.pin(7)
    expect([caution.unpinned, caution.watchful, caution.metadataAt(7)]).toEqual([false, false, '{"v":1,"attempts":1}'])
  })

  test('are none where the group could not be asked', () => {
    const caution = new Caution(undefined, NO_METADATA, MAX_RECORDS)
    expect([caution.watchful, caution.metadataAt(7)]).toEqual([false, undefined])
  })

  test('the first one runs as usual, the second names what it runs', () => {
    expect(cautionAt(50).stretch(50, 90)).toEqual({ until: 90, named: false })
    expect(cautionAt(50, '{"v":1,"attempts":1}').stretch(50, 90)).toEqual({ until: 90, named: true })
  })
})

describe('care', () => {
  const careful = () => cautionAt(0, '{"v":1,"attempts":1}')

  test('ends when as many records have run as may have been in flight', () => {
    const caution = careful()
    caution.begin(0, 999)
    caution.ended(999)
    expect(caution.stretch(999, 1500)).toEqual({ until: 1500, named: true })
    caution.begin(999, 1500)
    caution.ended(501)
    expect([caution.watchful, caution.stretch(1500, 1501)]).toEqual([false, { until: 1501, named: false }])
  })

  test('is not for records that have come since', () => {
    const caution = careful()
    caution.endsAt(100)
    caution.endsAt(5000)
    expect(caution.stretch(99, 120)).toEqual({ until: 120, named: true })
    expect(caution.stretch(120, 130)).toEqual({ until: 130, named: false })
    expect(caution.watchful).toBe(false)
  })
})

describe('a name', () => {
  test('stands there while a worker has the records, and no longer', () => {
    const caution = cautionAt(0, '{"v":1,"attempts":1}')
    caution.begin(10, 20)
    const attempts = '{"v":1,"attempts":2'
    expect(caution.metadataAt(0)).toBe(`${attempts},"record":{"offset":10,"until":20,"deaths":0,"running":true}}`)
    caution.ended(10)
    expect(caution.metadataAt(0)).toBe(`${attempts}}`)
  })

  test('counts a death if it is found again', () => {
    expect(cautionAt(5, running(7, 1)).metadataAt(6)).toBe(named(7, { deaths: 2 }))
    expect(cautionAt(5, named(7, { deaths: 1 })).metadataAt(6)).toBe(named(7, { deaths: 1 }))
  })

  test('of several records has them run one by one, after those before them in one', () => {
    const caution = cautionAt(5, running(7, 0).replace('"deaths"', '"until":10,"deaths"'))
    expect(caution.stretch(5, 50)).toEqual({ until: 7, named: false })
    for (const offset of [7, 8]) {
      expect(caution.stretch(offset, 50)).toEqual({ until: offset + 1, named: true })
      caution.begin(offset, offset + 1)
      expect(caution.metadataAt(6)).toBe(running(offset, 1))
      caution.ended(1)
    }
    expect(caution.metadataAt(6)).toBe(named(9, { deaths: 1 }))
    caution.begin(9, 10)
    caution.ended(1)
    expect([caution.watchful, caution.stretch(10, 50)]).toEqual([false, { until: 50, named: false }])
  })

  test('of a record that is gone is forgotten', () => {
    const caution = cautionAt(5, running(7, 0))
    expect(caution.stretch(8, 50)).toEqual({ until: 50, named: false })
    caution.settled(7)
    expect(caution.watchful).toBe(true)
    caution.settled(8)
    expect([caution.watchful, caution.metadataAt(8)]).toEqual([false, undefined])
  })

  test('stays when records behind it have run first', () => {
    const caution = cautionAt(5, running(7, 1))
    caution.begin(20, 30)
    caution.ended(10)
    expect([caution.stretch(7, 20), caution.metadataAt(6)]).toEqual([
      { until: 8, named: true },
      named(7, { deaths: 2 })
    ])
  })

  test('is forgiven if the process ends in order', () => {
    const caution = cautionAt(5, running(7, 1))
    caution.begin(7, 8)
    caution.forgive()
    expect(caution.metadataAt(6)).toBe(named(7, { deaths: 2 }))
  })

  test('of a third death is a verdict, which stands until the record is behind', () => {
    const caution = cautionAt(5, running(7, 2))
    expect([caution.convicted, caution.newlyConvicted, caution.watchful]).toEqual([[7], 7, false])
    expect(caution.stretch(5, 50)).toEqual({ until: 50, named: false })
    expect([caution.metadataAt(6), caution.metadataAt(8)]).toEqual(['{"v":1,"convicted":[7]}', undefined])
    const later = cautionAt(6, running(9, 2).replace('}}', '},"convicted":[7]}'))
    expect([later.convicted, later.newlyConvicted]).toEqual([[7, 9], 9])
    expect(cautionAt(6, '{"v":1,"convicted":[7]}').newlyConvicted).toBeUndefined()
  })

  test('of several records is no verdict', () => {
    expect(cautionAt(5, running(7, 5).replace('"deaths"', '"until":10,"deaths"')).convicted).toEqual([])
  })
})

interface Death {
  /** Named in what was stored when the process died, with a worker at it. */
  readonly suspects: readonly [offset: number, until: number] | undefined
  /** It had got further than where it began. */
  readonly progress: boolean
}

/** Processes that run a partition one after the other, each until it dies. `kill`: whether somebody kills it just now. */
function live(records: number, killers: ReadonlySet<number>, { kill, commit }: { kill(): boolean; commit(): boolean }) {
  const stored = { offset: -1, text: '' }
  const done = new Map<number, string>()
  const deaths: Death[] = []
  const convicted: { offset: number; deaths: Death[] }[] = []
  const store = (caution: Caution, offset = stored.offset) =>
    Object.assign(stored, { offset, text: caution.metadataAt(offset) ?? '' })

  const runOnce = (): boolean => {
    const caution = cautionAt(stored.offset, stored.text)
    const guilty = new Set(caution.convicted)
    const start = stored.offset
    const die = () => {
      const { named } = parseCommitMetadata(stored.text)
      deaths.push({
        suspects: named?.running ? [named.offset, named.until] : undefined,
        progress: stored.offset !== start
      })
      return false
    }
    if (caution.newlyConvicted !== undefined) convicted.push({ offset: caution.newlyConvicted, deaths: [...deaths] })
    if (stored.offset >= 0) store(caution)
    if (kill()) return die()
    for (let offset = Math.max(0, stored.offset); offset < records;) {
      if (caution.unpinned) {
        caution.pin(offset)
        store(caution, offset)
      }
      const { until, named } = caution.stretch(offset, Math.min(records, offset + 8))
      if (named) {
        caution.begin(offset, until)
        store(caution)
      }
      if (kill()) return die()
      for (let at = offset; at < until; at++) {
        if (killers.has(at) && !guilty.has(at)) return die()
        done.set(at, guilty.has(at) ? 'dead letter' : 'processed')
      }
      if (kill()) return die()
      if (named) {
        caution.ended(until - offset)
        store(caution)
      }
      offset = until
      if (commit()) store(caution, offset)
      if (kill()) return die()
    }
    return true
  }

  for (let time = 0; !runOnce(); time++) if (time > 2000) throw new Error('it never comes to an end')
  return { done, deaths, convicted }
}

describe('processes that die of records', () => {
  const killers = fc.uniqueArray(fc.nat(59), { maxLength: 3 }).map(offsets => new Set(offsets))
  const commits = fc.infiniteStream(fc.boolean())

  test('each killer costs four deaths besides those that came after progress, and nothing else is lost', () => {
    fc.assert(
      fc.property(killers, commits, (killers, commits) => {
        const { done, deaths } = live(60, killers, { kill: () => false, commit: () => commits.next().value as boolean })
        expect(done.size).toBe(60)
        expect([...done].flatMap(([offset, outcome]) => (outcome === 'dead letter' ? [offset] : []))).toEqual(
          [...killers].sort((a, b) => a - b)
        )
        expect(deaths.filter(({ progress }) => !progress).length).toBeLessThanOrEqual(4 * killers.size)
      })
    )
  })

  test('whoever kills them convicts nobody, unless he hits the same record while it runs, three times in a row', () => {
    const kills = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 40 })
    fc.assert(
      fc.property(killers, commits, kills, (killers, commits, kills) => {
        let untilKill = kills.shift() ?? Number.POSITIVE_INFINITY
        const kill = () => {
          if (untilKill-- > 0) return false
          untilKill = kills.shift() ?? Number.POSITIVE_INFINITY
          return true
        }
        const commit = () => commits.next().value as boolean
        const { done, convicted } = live(60, killers, { kill, commit })
        expect(done.size).toBe(60)
        for (const { offset, deaths } of convicted) {
          const counted = deaths.flatMap(({ suspects }) => (suspects === undefined ? [] : [suspects])).slice(-3)
          expect(counted).toHaveLength(3)
          for (const [first, until] of counted) expect(offset >= first && offset < until).toBe(true)
        }
      })
    )
  })
})
