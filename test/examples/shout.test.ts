import { expect, test } from 'vitest'
import shout from '../../examples/shout/pipeline.ts'
import { testPipeline } from '../../src/index.ts'

test('a word comes out in capitals, with its key, headers and timestamp', async () => {
  const [result] = await testPipeline(shout, [
    { value: { word: 'quiet' }, key: 'k', headers: { trace: '1' }, timestampMs: 1_700_000_000_000 }
  ])
  expect(result).toEqual({
    outcome: 'processed',
    outputs: [
      {
        output: 'loud',
        key: 'k',
        value: '{"word":"QUIET"}',
        headers: { trace: '1' },
        timestampMs: 1_700_000_000_000
      }
    ]
  })
})

test('silence is filtered, and goes to the cleaned topic where there is one', async () => {
  const records = [{ value: { word: '…' } }]
  expect(await testPipeline(shout, records)).toEqual([{ outcome: 'filtered', rule: 'silence', outputs: [] }])
  const [{ outputs }] = await testPipeline(shout, records, { environment: { CLEANED_TOPIC: 'silent-words' } })
  expect(outputs).toMatchObject([{ output: 'cleaned', value: '{"word":"…"}', headers: { 'millrace.rule': 'silence' } }])
})

test('what is no word is a dead letter that says which field and why', async () => {
  const [result] = await testPipeline(shout, [{ value: { word: 7 } }])
  expect(result).toMatchObject({ outcome: 'dead-letter', reason: 'invalid' })
  expect(result.outputs[0].headers['__connect.errors.exception.message']).toBe('word:wrong-type')
})

test('a mistake in the settings is told', async () => {
  await expect(testPipeline(shout, [], { environment: { LINGER_MS: 'soon' } })).rejects.toThrow('LINGER_MS')
})
