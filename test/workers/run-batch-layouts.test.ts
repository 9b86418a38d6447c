import fc from 'fast-check'
import { expect, test } from 'vitest'
import userLogin from '../../pipelines/user-login/pipeline.ts'
import { createSampleGenerator } from '../../pipelines/user-login/samples.ts'
import { optionsFor } from '../../src/config/options.ts'
import { settingsFromRaw } from '../../src/config/raw-settings.ts'
import { readRow } from '../../src/slabs/reader.ts'
import { Slab } from '../../src/slabs/slab.ts'
import { SlabWriter } from '../../src/slabs/writer.ts'
import { JsonInput } from '../../workers/codecs/json.ts'
import { createJsonParser } from '../../workers/parse.ts'
import { createPlan, type WorkerPlan } from '../../workers/plan.ts'
import { BatchRunner } from '../../workers/run-batch.ts'
import { record } from '../fixtures/records.ts'

const NOW_MS = 1_700_000_000_000
const raw = { extraFields: 'keep', cleanedTopic: 'cleaned' }
const settings = settingsFromRaw(raw, optionsFor(userLogin))
const stringFields = Object.keys(userLogin.input.schema.properties)

const parserOf = () => createJsonParser({ maxDepth: 32, rejectDuplicateKeys: false, stringFields })

/** With a parser that has seen no record before, for each record: nothing is known of any layout. */
function forgetful(plan: WorkerPlan): WorkerPlan {
  const codec = () => new JsonInput(parserOf())
  let last = codec()
  const inputCodec = {
    learn: () => undefined,
    decode: (slab: Slab, index: number) => (last = codec()).decode(slab, index),
    get failure() {
      return last.failure
    }
  }
  return { ...plan, inputCodec }
}

const parser = parserOf()
const plan: WorkerPlan = { ...createPlan(userLogin, settings), inputCodec: new JsonInput(parser) }
const runner = new BatchRunner(plan)
const forgetfulRunner = new BatchRunner(forgetful(plan))

function resultsOf(by: BatchRunner, values: readonly Buffer[]) {
  const slab = Slab.allocate({ records: 40, rows: 80, inputBytes: 20_000, outputBytes: 100_000 })
  const writer = new SlabWriter(slab, 10_000)
  values.forEach((value, offset) => {
    writer.append(1, record({ topic: 'user-login', partition: 0, offset, timestampMs: NOW_MS - 5, value }))
  })
  expect(slab.records).toBe(values.length)
  by.run(slab, 0, true, NOW_MS)
  const rows = Array.from({ length: slab.rows }, (_, row) => readRow(slab, row))
  return { outcomes: [...slab.outcome], details: [...slab.detail], rows }
}

const samples = createSampleGenerator({ seed: 3, numbered: false })

/** A sample login, as it is or with some bytes changed, put in or left out. */
const login = fc.nat(5000).chain(number => {
  const bytes = Buffer.from(samples.at(number).value as Uint8Array)
  const byte = fc.constantFrom(...Buffer.from('{}[]",:\\ \n\0\x7f019-.eEtfn\x80\xc3\xff', 'latin1'))
  const change = fc.record({ at: fc.nat(bytes.length), remove: fc.nat(2), put: fc.array(byte, { maxLength: 2 }) })
  return fc
    .array(change, { maxLength: 1 })
    .map(changes =>
      changes.reduce(
        (text, { at, remove, put }) =>
          Buffer.concat([text.subarray(0, at), Buffer.from(put), text.subarray(at + remove)]),
        bytes
      )
    )
})

test('logins, sound or not, have the same outcomes and rows whether or not their layouts are known', () => {
  fc.assert(
    fc.property(fc.array(login, { minLength: 40, maxLength: 40 }), values => {
      expect(resultsOf(runner, values)).toEqual(resultsOf(forgetfulRunner, values))
    }),
    { numRuns: 60 }
  )
  const usual = Array.from({ length: 40 }, (_, number) => Buffer.from(samples.at(number).value as Uint8Array))
  resultsOf(runner, usual)
  // The last of the usual logins: that layouts are known at all.
  expect(parser.plain).toBe(true)
})
