import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { describeOnHashes } from './available.ts'

describeOnHashes('workers', () => {
  test('hash several at once and one after the other, whether one has died or was ended, and end', () => {
    const args = ['--expose-gc', resolve(import.meta.dirname, 'threads.ts')]
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 25_000 })
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
    const answers = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as unknown)
    const right = { wrong: 0, librdkafka: false, kept: 64 }
    const [ends, dies, isEnded] = [
      { ...right, failure: '', code: 0 },
      { ...right, failure: 'on purpose', code: 1 },
      { ...right, failure: '', code: 1 }
    ]
    expect(answers).toEqual([ends, ends, ends, dies, isEnded, ends, ends])
  })
})
