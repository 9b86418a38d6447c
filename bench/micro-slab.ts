import { optionsFor } from '../src/config/options.ts'
import { loadPipeline } from '../src/config/pipeline-module.ts'
import { settingsFromRaw } from '../src/config/raw-settings.ts'
import type { CoreSettings } from '../src/config/options.ts'
import { Header, shapeOf } from '../src/slabs/layout.ts'
import { RowWriter } from '../src/slabs/rows.ts'
import { Slab } from '../src/slabs/slab.ts'
import { type IncomingRecord, SlabWriter } from '../src/slabs/writer.ts'
import { createPlan } from '../workers/plan.ts'
import { BatchRunner } from '../workers/run-batch.ts'
import { incomingLogins, MICRO_RECORDS } from './micro-logins.ts'
import type { MicroStep } from './micro-step.ts'

const MAX_RECORD_BYTES = 4_194_304
/** The settings of the login job. */
const jobSettings = { acceptedAppVersions: '2.3.0', invalidIp: 'mask', enrichFields: 'event_time,processed_at' }

const everyRecord = { metricsTopic: 'metrics', metricsEvery: 'record' }

/** What is done to a whole slab: by the main thread before the worker, and by the worker. */
export async function slabSteps(): Promise<readonly MicroStep[]> {
  const pipeline = await loadPipeline(undefined)
  const settingsWith = (further: object): CoreSettings =>
    settingsFromRaw({ ...jobSettings, ...further }, optionsFor(pipeline))
  const settings = settingsWith({})
  const slab = Slab.allocate(shapeOf(settings.slabRecords, settings.slabBytes))
  const good = incomingLogins('good')
  const usual = incomingLogins('usual')
  const rerun = (further: object, records = usual): (() => void) => {
    const runner = new BatchRunner(createPlan(pipeline, settingsWith(further)))
    const filled = filledSlab(settings, records)
    return () => {
      filled.clearOutput()
      runner.run(filled, 0, false, Date.now())
      if (filled.header[Header.STOPPED_AT] !== MICRO_RECORDS) throw new Error('the rows do not fit the slab')
    }
  }
  return [
    { name: 'slab: append records', records: MICRO_RECORDS, run: () => fill(slab, good) },
    { name: 'slab: write rows (300 characters)', records: MICRO_RECORDS, run: writeRows(filledSlab(settings, good)) },
    { name: 'a worker, all of it (BatchRunner.run)', records: MICRO_RECORDS, run: rerun({}) },
    { name: 'a worker, half of the records bad', records: MICRO_RECORDS, run: rerun({}, incomingLogins('half bad')) },
    { name: 'a worker, PII_HASH_KEY', records: MICRO_RECORDS, run: rerun({ piiHashKey: 'bench-bench-bench' }) },
    { name: 'a worker, METRICS_EVERY=record', records: MICRO_RECORDS, run: rerun(everyRecord) },
    { name: 'a worker, EVENT_ID_HEADERS=on', records: MICRO_RECORDS, run: rerun({ eventIdHeaders: 'on' }) }
  ]
}

function filledSlab(settings: CoreSettings, records: readonly IncomingRecord[]): Slab {
  const slab = Slab.allocate(shapeOf(settings.slabRecords, settings.slabBytes))
  fill(slab, records)
  if (slab.records !== MICRO_RECORDS) throw new Error('the logins do not fit a slab')
  return slab
}

function fill(slab: Slab, records: readonly IncomingRecord[]): void {
  slab.clear()
  const writer = new SlabWriter(slab, MAX_RECORD_BYTES)
  for (const record of records) writer.append(1, record)
}

function writeRows(slab: Slab): () => void {
  const text = 'x'.repeat(300)
  return () => {
    slab.clearOutput()
    const rows = new RowWriter(slab)
    for (let record = 0; record < MICRO_RECORDS; record++) {
      rows.begin(record)
      rows.open(0, 1_694_479_551_000)
      rows.setValue(text)
      rows.setHeaders(true, [])
      rows.keep()
    }
  }
}
