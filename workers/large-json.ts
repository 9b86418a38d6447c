import { createRequire } from 'node:module'

/** Below this many bytes simdjson was slower than JSON.parse wherever it was tried. */
export const LARGE_JSON_BYTES = 8192

export type ParseJson = (text: string) => unknown

/** The addon itself: the package around it replaces parts of the global `JSON` where the addon is missing. */
const ADDON = 'simdjson/build/Release/simdjson.node'

/** Undefined where the optional package is not installed or not built. */
export function loadSimdjson(): ParseJson | undefined {
  try {
    const { parse } = createRequire(import.meta.url)(ADDON) as { parse?: ParseJson }
    return typeof parse === 'function' ? parse : undefined
  } catch {
    return undefined
  }
}

/** Undefined where `JSON.parse` does it all. */
export function largeParser(): ParseJson | undefined {
  const simdjson = loadSimdjson()
  return simdjson && createLargeParser(simdjson)
}

/**
 * Parses with simdjson what it and `JSON.parse` were seen to agree on, and everything else with `JSON.parse`, which
 * defines what JSON is here: what simdjson refuses, too, as it knows no depth beyond 1024 and no number beyond its types.
 */
export function createLargeParser(simdjson: ParseJson): ParseJson {
  return text => {
    if (mayDiffer(text)) return JSON.parse(text)
    try {
      return simdjson(text)
    } catch {
      return JSON.parse(text)
    }
  }
}

/**
 * Whether a text holds something that simdjson 0.9.2 takes otherwise:
 *
 * - escapes by number: half a surrogate pair becomes U+FFFD or an error, and a key ends at its first U+0000;
 * - `__proto__`, which it sets as an object's prototype instead of as a field;
 * - -0, which it reads as the integer 0, and what is too small for a double, which it reads as 0 even if negative.
 */
function mayDiffer(text: string): boolean {
  if (text.includes('\\u') || text.includes('__proto__')) return true
  if (text.includes('-0') && /(?:^|[\s:,[])-0/.test(text)) return true
  return /[eE]-\d{3}/.test(text)
}
