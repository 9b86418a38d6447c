import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CommitMetadata,
  commitMetadataText,
  NO_METADATA,
  parseCommitMetadata
} from '../../../src/offsets/commit-metadata.ts'

const stretch = fc
  .record({ offset: fc.nat(), more: fc.integer({ min: 1, max: 600 }), deaths: fc.nat(5), running: fc.boolean() })
  .map(({ offset, more, deaths, running }) => ({ offset, until: offset + more, deaths, running }))

const OWN = new Set(['v', 'attempts', 'record', 'convicted'])
const others = fc.dictionary(
  fc.string({ maxLength: 10 }).filter(name => !OWN.has(name)),
  fc.jsonValue({ maxDepth: 2 }),
  { maxKeys: 4, noNullPrototype: true }
)

const metadata: fc.Arbitrary<CommitMetadata> = fc.record({
  attempts: fc.nat(),
  named: fc.option(stretch, { nil: undefined }),
  convicted: fc.array(fc.nat(), { maxLength: 5 }),
  others
})

describe('the metadata of a commit', () => {
  test('says again what was written, and fields of other features survive', () => {
    fc.assert(
      fc.property(metadata, metadata => {
        const text = commitMetadataText(metadata)
        fc.pre(Buffer.byteLength(text ?? '') < 4095)
        expect(parseCommitMetadata(text ?? '')).toEqual({ ...metadata, others: throughJson(metadata.others) })
      })
    )
  })

  test('is nothing where there is nothing to say', () => {
    expect(commitMetadataText(NO_METADATA)).toBeUndefined()
  })

  test('is short', () => {
    const named = { offset: 2 ** 53 - 2, until: 2 ** 53 - 1, deaths: 3, running: true }
    const text = commitMetadataText({ attempts: 12, named, convicted: [], others: {} })
    expect(text).toBe('{"v":1,"attempts":12,"record":{"offset":9007199254740990,"deaths":3,"running":true}}')
  })

  test('never has more than 4095 bytes: what others have written goes first', () => {
    fc.assert(
      fc.property(metadata, fc.integer({ min: 1000, max: 5000 }), (metadata, size) => {
        const text = commitMetadataText({ ...metadata, others: { big: 'ö'.repeat(size) } }) ?? ''
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4095)
        expect(parseCommitMetadata(text)).toMatchObject({ attempts: metadata.attempts, named: metadata.named })
      })
    )
  })

  test.each([
    '',
    'checkpoint-7',
    '{',
    '[]',
    '{}',
    'null',
    '{"attempts":3}',
    '{"v":2,"attempts":3}',
    '{"v":"1","attempts":3}'
  ])('that is not ours is ignored: %s', text => {
    expect(parseCommitMetadata(text)).toEqual(NO_METADATA)
  })

  test.each([
    ['{"v":1,"attempts":-1}', undefined],
    ['{"v":1,"attempts":1e300,"record":7}', undefined],
    ['{"v":1,"record":{"offset":5}}', undefined],
    ['{"v":1,"record":{"offset":-5,"deaths":1}}', undefined],
    ['{"v":1,"record":null,"convicted":["x",-1,{}]}', undefined],
    ['{"v":1,"record":{"offset":5,"until":4,"deaths":1}}', { offset: 5, until: 6, deaths: 1, running: false }]
  ])('that can not be is taken for what it may mean: %s', (text, named) => {
    expect(parseCommitMetadata(text)).toEqual({ attempts: 0, named, convicted: [], others: {} })
  })

  test('of any text can be read', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), text => {
        expect(parseCommitMetadata(text).attempts).toBeGreaterThanOrEqual(0)
      })
    )
  })
})

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
