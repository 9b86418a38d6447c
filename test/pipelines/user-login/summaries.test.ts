import { expect, test } from 'vitest'
import pipeline from '../../../pipelines/user-login/pipeline.ts'
import { optionsFor } from '../../../src/config/options.ts'
import { settingsFromRaw } from '../../../src/config/raw-settings.ts'
import { classStartMs } from '../../../src/summaries/histogram.ts'
import { createPlan } from '../../../workers/plan.ts'
import { BatchRunner } from '../../../workers/run-batch.ts'
import { slabWith } from '../../fixtures/run-probe.ts'

const NOW_MS = 1_694_479_600_000
const good = {
  user_id: 'u',
  app_version: '2.3.0',
  device_type: 'android',
  ip: '199.172.111.135',
  locale: 'RU',
  device_id: '593-47-5928',
  timestamp: '1694479551'
}

/** By what a login is counted: device type, version, locale and how late it was. */
function countedBy(...logins: object[]) {
  const shape = { records: 20, rows: 40, inputBytes: 20_000, outputBytes: 20_000, dimensions: 3 }
  const slab = slabWith(
    logins.map(login => ({ value: JSON.stringify(login) })),
    shape
  )
  new BatchRunner(createPlan(pipeline, settingsFromRaw({}, optionsFor(pipeline)))).run(slab, 0, false, NOW_MS)
  const termAt = (dimension: number, record: number) => slab.dimensionTerm[dimension * shape.records + record]
  return logins.map((_, record) => {
    const [device, version, locale] = [0, 1, 2].map(dimension => slab.termText(termAt(dimension, record)))
    return [device, version, locale, classStartMs(slab.latency[record])]
  })
}

test('logins are counted by device type, version and locale, and by how late they are', () => {
  const { device_type: _, ...plain } = good
  expect(countedBy(good, plain, { ...good, timestamp: 1_694_479_700 })).toEqual([
    ['android', '2.3.0', 'RU', 40_960],
    ['unknown', '2.3.0', 'RU', 40_960],
    ['android', '2.3.0', 'RU', 0]
  ])
})

// The mistake: an address in the wrong field stands in the log for ever.
test('what does not look like such a value is counted, but not told', () => {
  const odd = { ...good, device_type: '10.1.2.3', app_version: '199.172.111.135', locale: 'user@example.org' }
  expect(countedBy(odd)).toEqual([['(odd)', '(odd)', '(odd)', 40_960]])
})
