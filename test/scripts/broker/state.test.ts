import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readState, removeState, writeState } from '../../../scripts/broker/state.ts'
import type { BrokerState } from '../../../scripts/broker/state.ts'
import { temporaryDir } from '../temporary-dir.ts'

const state: BrokerState = {
  kind: 'kafka',
  bootstrap: '127.0.0.1:9092',
  pid: 4711,
  version: '4.3.1',
  simulated: false,
  ready: true,
  startedAt: '2026-01-02T03:04:05.000Z'
}

test('a record is read back as it was written, in a folder that did not exist', () => {
  const dir = join(temporaryDir(), 'new')
  writeState(dir, state)
  expect(readState(dir)).toEqual(state)
  expect(readdirSync(dir)).toEqual(['broker.json'])
})

test('without a record there is no broker, and removing it is harmless', () => {
  const dir = temporaryDir()
  removeState(dir)
  expect(readState(dir)).toBeUndefined()
})

test.each([
  ['cut off', '{"kind":"kafka","boot'],
  ['not an object', '7'],
  ['null', 'null'],
  ['an unknown kind', JSON.stringify({ ...state, kind: 'redpanda' })],
  ['no pid', JSON.stringify({ ...state, pid: undefined })],
  ['the pid of a whole process group', JSON.stringify({ ...state, pid: -4711 })],
  ['pid 0', JSON.stringify({ ...state, pid: 0 })],
  ['docker without its project', JSON.stringify({ ...state, kind: 'docker' })],
  ['no address', JSON.stringify({ ...state, bootstrap: undefined })]
])('a record that is %s counts as none', (_what, text) => {
  const dir = temporaryDir()
  writeFileSync(join(dir, 'broker.json'), text)
  expect(readState(dir)).toBeUndefined()
})
