import { expect, test } from 'vitest'
import { stoodIn, WorkerDied } from '../../../src/pool/worker-death.ts'
import { Header } from '../../../src/slabs/layout.ts'
import { Slab } from '../../../src/slabs/slab.ts'
import { usualShape } from '../../fixtures/stages.ts'

test.each([
  ['before', 0, 0, { place: 'before' }],
  ['before', 7, 0, { place: 'before' }],
  ['at', 7, 4, { place: 'at', record: 3 }],
  ['after', -7, 4, { place: 'after' }]
])('a worker stood %s its records where owner is %i and cursor %i', (_, owner, cursor, stood) => {
  const slab = Slab.allocate(usualShape)
  slab.header[Header.OWNER] = owner
  slab.header[Header.CURSOR] = cursor
  expect(stoodIn(slab)).toEqual(stood)
})

test.each([
  [{ code: 'ERR_WORKER_OUT_OF_MEMORY', message: 'secret' }, 'ERR_WORKER_OUT_OF_MEMORY'],
  [new Error('worker exited with code: 3'), 'exit code 3'],
  [new Error('secret'), 'unknown'],
  [undefined, 'unknown'],
  ['secret', 'unknown']
])('of what ended a worker only a code is kept: %o', (cause, code) => {
  const death = new WorkerDied('died', { place: 'before' }, cause)
  expect(death.code).toBe(code)
  expect(`${death.message}${JSON.stringify(death)}`).not.toContain('secret')
})
