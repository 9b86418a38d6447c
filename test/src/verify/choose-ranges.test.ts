import { describe, expect, test } from 'vitest'
import { chooseRanges, type FromBound, type InputState, type ToBound } from '../../../src/verify/choose-ranges.ts'

const state = (changes: Partial<InputState> = {}): InputState => ({
  topic: 'in',
  partition: 0,
  begin: 0,
  end: 100,
  committed: 80,
  timeFrom: 20,
  timeTo: 60,
  ...changes
})

const begin: FromBound = { type: 'begin' }
const committed: ToBound = { type: 'committed' }
const end: ToBound = { type: 'end' }
const offset = (offset: number) => ({ type: 'offset', offset }) as const
const time = { type: 'time', timestampMs: 0 } as const

function chosen(given: Partial<InputState>, from: FromBound = begin, to: ToBound = committed) {
  const { ranges, notes } = chooseRanges([state(given)], from, to)
  return [...ranges.map(range => `${range.from}-${range.to}`), ...notes]
}

describe('a range', () => {
  test('goes from what is left to what the group has committed', () => {
    expect(chosen({})).toEqual(['0-80'])
    expect(chosen({ begin: 30 })).toEqual(['30-80'])
  })

  test('goes where it is asked to go', () => {
    expect(chosen({}, offset(10), offset(50))).toEqual(['10-50'])
    expect(chosen({}, time, time)).toEqual(['20-60'])
    expect(chosen({}, begin, end)).toEqual(['0-100'])
  })

  test('but not beyond the commit, unless the end is asked for, and says so', () => {
    const note = 'in/0: looked at up to 80 only, as the group has committed no more'
    expect(chosen({}, begin, offset(90))).toEqual(['0-80', note])
    expect(chosen({ timeTo: 95 }, begin, time)).toEqual(['0-80', note])
  })

  test('of a group that has committed nothing has to have an end', () => {
    expect(chosen({ committed: -1 })).toEqual(['in/0: the group has committed nothing'])
    expect(chosen({ committed: -1 }, begin, offset(200))).toEqual(['0-100'])
    expect(chosen({ committed: -1, end: 0 })).toEqual([])
  })

  test('that has nothing in it is left out', () => {
    expect(chosen({}, offset(80))).toEqual([])
    expect(chosen({ timeFrom: 100 }, time)).toEqual([])
  })

  test('may not begin with what has been deleted', () => {
    const states = [state({ begin: 30 }), state({ partition: 1, begin: 10 }), state({ partition: 2, begin: 11 })]
    expect(() => chooseRanges(states, offset(10), committed)).toThrow(
      'records of the range have been deleted: in/0 begins at 30, in/2 begins at 11; begin there or later'
    )
  })

  test('tells of records that were deleted before anybody had processed them', () => {
    expect(chosen({ begin: 90 })).toEqual(['in/0: offsets 80 to 89 were deleted before the group had processed them'])
  })
})
