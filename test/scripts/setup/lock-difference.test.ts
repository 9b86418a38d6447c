import { expect, test } from 'vitest'
import { lockDifference } from '../../../scripts/setup/lock-difference.ts'

const lock = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/for-another-system': { version: '1.0.0', integrity: 'sha512-o', optional: true }
  }
}

test('what is installed as wanted has no difference; optional packages may be absent', () => {
  const { 'node_modules/a': a } = lock.packages
  expect(lockDifference(lock, { packages: { 'node_modules/a': a } })).toBeUndefined()
})

test.each([
  ['absent', {}, 'node_modules/a is not installed'],
  ['of another version', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }, '1.0.1'],
  ['another package', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }, 'not the package']
])('a package that is %s is named', (_what, packages, words) => {
  expect(lockDifference(lock, { packages })).toContain(words)
})
