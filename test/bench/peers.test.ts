import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLoginJob } from '../../bench/job-environment.ts'
import { route } from '../../bench/peers/login.ts'
import pipeline from '../../pipelines/user-login/pipeline.ts'
import { createSampleGenerator } from '../../pipelines/user-login/samples.ts'
import { testPipeline } from '../../src/test-pipeline.ts'

const topics = { IN: 'in', OUT: 'out', CLEANED: 'cleaned', DLQ: 'dlq' }
const { environment } = readLoginJob({ BROKERS: 'x:1', GROUP: 'g', N: '1', ...topics })
const outputNames = { out: 'processed', cleaned: 'cleaned', dlq: 'dead-letter' } as const
const shares = { malformed: 0.1, 'missing-field': 0.1, 'empty-field': 0.1, 'no-device-type': 0.1 }

/** `processed_at` is of the moment. */
const fieldsOf = (json: string): Record<string, unknown> => ({ ...(JSON.parse(json) as object), processed_at: '' })

/** IPv6 addresses, which Millrace masks, are nothing that the job speaks of. */
function expectSame(peer: string, own: string): void {
  const [ofPeer, ofOwn] = [fieldsOf(peer), fieldsOf(own)]
  if (ofPeer.ip === 'invalid') ofOwn.ip = 'invalid'
  expect(Object.entries(ofPeer)).toEqual(Object.entries(ofOwn))
}

test('whatever the samples, peers make of them what Millrace makes of them', () => {
  const seeds = fc.integer({ min: 0, max: 1000 })
  const property = fc.property(seeds, seed => {
    const samples = createSampleGenerator({ seed, numbered: false, shares })
    const values = Array.from({ length: 50 }, (_, number) => Buffer.from(samples.at(number).value ?? ''))
    const results = testPipeline(
      pipeline,
      values.map(value => ({ value })),
      { environment }
    )
    results.forEach(({ outputs: [{ output, value }] }, index) => {
      const { to, value: written } = route(values[index])
      expect(outputNames[to]).toBe(output)
      if (to === 'out') expectSame(String(written), value ?? '')
      else expect(written).toBe(values[index])
    })
  })
  fc.assert(property, { numRuns: 20 })
})

test.each(['', 'null', '[]', '"text"', '7', '{"user_id":'])('%j is no object', text => {
  expect(route(Buffer.from(text)).to).toBe('dlq')
})
