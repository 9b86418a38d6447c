import { createLargeParser, LARGE_JSON_BYTES, type ParseJson } from './large-json.ts'

/** Some 15 ms in all: a start can spare them, and the compiler has seen enough of each. */
const ROUNDS = 15
const PARSES_A_ROUND = 8

export interface LargeJsonTrial {
  readonly isFaster: boolean
  /** Microseconds for the same value. */
  readonly simdjsonUs: number
  readonly jsonParseUs: number
}

/** Times both on a value of the size from which simdjson would be used: which one wins depends on the machine. */
export function tryLargeJson(simdjson: ParseJson): LargeJsonTrial {
  const text = largeRecord()
  const large = createLargeParser(simdjson)
  const jsonParse: ParseJson = value => JSON.parse(value)
  const times = { large: [] as number[], jsonParse: [] as number[] }
  // In turns, so that what else the machine does falls on both.
  for (let round = 0; round < ROUNDS; round++) {
    times.large.push(timeUs(large, text))
    times.jsonParse.push(timeUs(jsonParse, text))
  }
  const [simdjsonUs, jsonParseUs] = [Math.min(...times.large), Math.min(...times.jsonParse)]
  return { isFaster: simdjsonUs < jsonParseUs, simdjsonUs, jsonParseUs }
}

function timeUs(parse: ParseJson, text: string): number {
  const startedMs = performance.now()
  for (let times = 0; times < PARSES_A_ROUND; times++) parse(text)
  return Math.round(((performance.now() - startedMs) * 10_000) / PARSES_A_ROUND) / 10
}

/** A record that is large as records are: many events in one, with some text. */
function largeRecord(): string {
  const events: object[] = []
  for (let size = 0; size < LARGE_JSON_BYTES; size += 200) {
    const id = String(events.length).padStart(12, '0')
    events.push({
      id,
      at: 1_694_479_551_000 + size,
      kind: 'opened',
      score: size / 7,
      tags: ['a', 'b'],
      note: 'x'.repeat(80)
    })
  }
  return JSON.stringify({ user: 'somebody', events })
}
