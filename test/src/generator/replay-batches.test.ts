import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { ReplayBatches } from '../../../src/generator/replay-batches.ts'
import { collect } from './collected.ts'

const directory = mkdtempSync(join(tmpdir(), 'millrace-replay-'))
afterAll(() => rmSync(directory, { recursive: true }))

const file = join(directory, 'lines')

async function replay(content: Buffer | string, loops = 1, maxRecordBytes = 3_000_000) {
  writeFileSync(file, content)
  return collect(await ReplayBatches.open({ file, loops, maxRecordBytes }))
}

describe('a replay', () => {
  test('has every line in order, keyed, without headers, and of the moment in which it is sent', async () => {
    const records = await replay('{"user_id":"a"}\nb\t1\n\n\xff\xfe\nlast')
    expect(records.map(({ key, value }) => [key, value])).toEqual([
      ['a', '{"user_id":"a"}'],
      ['b', '1'],
      [null, '\xc3\xbf\xc3\xbe'],
      [null, 'last']
    ])
    for (const { timestampMs, headers } of records) expect([timestampMs, headers]).toEqual([0, []])
  })

  test('of thousands of lines, some of them larger than a piece of the file, loses none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(1, 10, 200, 400_000, 1_500_000), { maxLength: 12 }),
        fc.constantFrom(0, 500, 1023, 1024, 1025, 3000),
        async (lengths, small) => {
          const lines = [
            ...lengths.map((length, index) => `${index}`.padEnd(length, 'x')),
            ...Array<string>(small).fill('y')
          ]
          const values = (await replay(lines.join('\n'))).map(({ value }) => value)
          expect(values.length).toBe(lines.length)
          expect(values.every((value, index) => value === lines[index])).toBe(true)
        }
      ),
      { numRuns: 15 }
    )
  })

  test('passes a line that is as large as a record may be, with a key as large as the value nearly', async () => {
    const [{ key }] = await replay(JSON.stringify({ user_id: 'u'.repeat(990) }), 1, 1010)
    expect(key).toHaveLength(990)
  })

  test('comes as often as it is to', async () => {
    expect((await replay('1\n2', 3)).map(({ value }) => value).join('')).toBe('121212')
    const large = ['a', 'b', 'c'].map(letter => letter.repeat(700_000))
    const first = (await replay(large.join('\n'), 2)).map(({ value }) => value?.[0]).join('')
    expect(first).toBe('abcabc')
  })

  test('without an end goes on, but not where there is nothing', async () => {
    writeFileSync(file, 'x\n'.repeat(2000))
    const source = await ReplayBatches.open({ file, loops: 0, maxRecordBytes: 1000 })
    for (let batch = 0; batch < 10; batch++) expect((await source.next())?.count).toBeGreaterThan(0)
    expect(source.share()).toBeUndefined()
    await source.close()
    for (const nothing of ['', '\n', '\n\n\n']) expect(await replay(nothing, 0)).toEqual([])
  })

  test('says how far it is, by bytes', async () => {
    writeFileSync(file, 'x\n'.repeat(1_000_000))
    const source = await ReplayBatches.open({ file, loops: 2, maxRecordBytes: 1000 })
    expect(source.share()).toBe(0)
    await source.next()
    expect(source.share()).toBeGreaterThan(0.1)
    expect(source.share()).toBeLessThan(0.6)
    await source.close()
  })

  test('of what is no file is refused, and a line that is too long is named', async () => {
    await expect(ReplayBatches.open({ file: directory, loops: 1, maxRecordBytes: 10 })).rejects.toThrow('not a file')
    await expect(replay(`a\n${'b'.repeat(2000)}\n`, 1, 1000)).rejects.toThrow('line 2 is longer than 1000 bytes')
  })
})
