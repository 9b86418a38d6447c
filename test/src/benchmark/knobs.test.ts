import { expect, test } from 'vitest'
import pipeline from '../../../pipelines/user-login/pipeline.ts'
import { knobsOf } from '../../../src/benchmark/knobs.ts'
import type { Environment } from '../../../src/config/environment.ts'
import { readSettings } from '../../../src/config/settings.ts'

const measure = async () => 1

function candidates(environment: Environment, cores: number, memoryBytes = 16e9) {
  const { settings } = readSettings(environment, pipeline)
  const machine = { cores, memoryBytes, backlog: measure, paced: measure }
  const knobs = knobsOf({ environment, pipeline, settings, ...machine })
  return Object.fromEntries(knobs.map(knob => [knob.name, knob.candidates]))
}

test('on a small machine and on a large one: every other number of workers that makes sense', () => {
  const workers = (cores: number, environment = {}) => candidates(environment, cores).WORKERS?.map(of => of.WORKERS)
  expect(workers(1)).toBeUndefined()
  expect(workers(2)).toEqual(['1'])
  expect(workers(2, { WORKERS: '1' })).toEqual(['2'])
  expect(workers(16)).toEqual(['1', '8', '16'])
})

test('a slab keeps its room for each record', () => {
  const { SLAB_RECORDS } = candidates({ SLAB_BYTES: '1048576' }, 2)
  expect(SLAB_RECORDS).toEqual([
    { SLAB_RECORDS: '512', SLAB_BYTES: '524288' },
    { SLAB_RECORDS: '2048', SLAB_BYTES: '2097152' }
  ])
})

test('what contradicts another setting is not tried', () => {
  const { MAX_IN_FLIGHT_RECORDS } = candidates({ SLAB_RECORDS: '16384', SLAB_BYTES: '8388608' }, 2)
  expect(MAX_IN_FLIGHT_RECORDS).toEqual([{ MAX_IN_FLIGHT_RECORDS: '80000' }])
})

test('nor what would take a large part of the memory', () => {
  const { MAX_IN_FLIGHT_RECORDS } = candidates({}, 2, 256e6)
  expect(MAX_IN_FLIGHT_RECORDS).toEqual([{ MAX_IN_FLIGHT_RECORDS: '20000' }])
})
