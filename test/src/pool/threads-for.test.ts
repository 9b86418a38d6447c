import { expect, test } from 'vitest'
import { threadsFor } from '../../../src/pool/threads-for.ts'

test.each([
  [1, 1],
  [2, 2],
  [3, 2],
  [16, 15]
])('%i cores get %i worker threads', (cores, threads) => {
  expect(threadsFor(cores)).toBe(threads)
})
