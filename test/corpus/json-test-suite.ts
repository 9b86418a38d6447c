import { readdirSync, readFileSync } from 'node:fs'

export interface SuiteFile {
  readonly name: string
  /** Whether RFC 8259 wants it taken, refused, or leaves it open. */
  readonly verdict: 'accept' | 'refuse' | 'open'
  readonly bytes: Buffer
}

const folder = new URL('json-test-suite/test_parsing/', import.meta.url)
const verdicts = { y: 'accept', n: 'refuse', i: 'open' } as const

/** The 318 files of the public JSONTestSuite; see the README beside them. */
export const jsonTestSuite: readonly SuiteFile[] = readdirSync(folder)
  .sort()
  .map(name => ({
    name,
    verdict: verdicts[name[0] as keyof typeof verdicts],
    bytes: readFileSync(new URL(encodeURIComponent(name), folder))
  }))
