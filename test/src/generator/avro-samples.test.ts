import { expect, test } from 'vitest'
import { userLoginAvro } from '../../../pipelines/user-login/avro-schemas.ts'
import { isSaidInAvro } from '../../../pipelines/user-login/sample-kinds.ts'
import { createSampleGenerator, sampleKinds } from '../../../pipelines/user-login/samples.ts'
import { recordType } from '../../../src/avro/record-type.ts'
import { createSamples } from '../../../src/generator/create-samples.ts'

const type = recordType(userLoginAvro)
const none = { 'other-version': 0, 'no-device-type': 0, malformed: 0, 'missing-field': 0, 'empty-field': 0 }

test.each(sampleKinds.filter(isSaidInAvro))('%s says in Avro what it says in JSON', kind => {
  const settings = { seed: 3, shares: { ...none, [kind]: 1 }, timestamps: ['seconds', 'milliseconds', 'iso'] as const }
  const json = createSampleGenerator(settings)
  const avro = createSamples({ settings, avro: { schema: userLoginAvro, id: 258 } })
  for (let number = 0; number < 50; number++) {
    const { value, ...others } = avro.at(number)
    const { value: text, ...rest } = json.at(number)
    expect(others).toEqual(rest)
    expect(value?.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 1, 2]))
    const { session: _, ...said } = JSON.parse(String(text)) as Record<string, unknown>
    expect({ ...type.fromBuffer(value!.subarray(5)) }).toEqual({ device_type: null, ...said })
  }
})

test.each(sampleKinds.filter(kind => !isSaidInAvro(kind)))('%s stays what it is, and is not Avro', kind => {
  const settings = { seed: 3, shares: { ...none, [kind]: 1 } }
  const sample = createSamples({ settings, avro: { schema: userLoginAvro, id: 258 } }).at(7)
  expect(sample).toEqual(createSampleGenerator(settings).at(7))
  expect(sample.value?.[0]).not.toBe(0)
})

test('what is written where it is to lie is the same, in memory that threads share', () => {
  const settings = { seed: 3, timestamps: ['seconds', 'milliseconds', 'iso'] as const }
  const samples = createSamples({ settings, avro: { schema: userLoginAvro, id: 258 } })
  const bytes = Buffer.from(new SharedArrayBuffer(1000))
  let written = 0
  for (let number = 0; number < 500; number++) {
    const end = samples.write(number, bytes, 100)
    if (end === 0) continue
    written++
    const timestampMs = samples.timestampMs
    const sample = samples.at(number)
    expect(Buffer.concat([sample.key!, sample.value!])).toEqual(Buffer.from(bytes.subarray(100, end)))
    expect(timestampMs).toBe(sample.timestampMs)
  }
  expect(written).toBeGreaterThan(400)
})
