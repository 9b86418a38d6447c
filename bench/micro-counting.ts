import { optionsFor } from '../src/config/options.ts'
import { loadPipeline } from '../src/config/pipeline-module.ts'
import { settingsFromRaw } from '../src/config/raw-settings.ts'
import { shapeOf } from '../src/slabs/layout.ts'
import { Slab } from '../src/slabs/slab.ts'
import { SlabWriter } from '../src/slabs/writer.ts'
import { dimensionsOf } from '../src/summaries/dimensions.ts'
import { SummaryPlan } from '../src/summaries/plan.ts'
import { SummaryFold } from '../src/summaries/summary-fold.ts'
import { SummaryState } from '../src/summaries/summary-state.ts'
import { InsightsWindow } from '../src/telemetry/insights-window.ts'
import { createPlan } from '../workers/plan.ts'
import { BatchRunner } from '../workers/run-batch.ts'
import { incomingLogins, MICRO_RECORDS } from './micro-logins.ts'
import type { MicroStep } from './micro-step.ts'

const MAX_RECORD_BYTES = 4_194_304

/** What summaries and insights cost: noting in a worker (less the same without), counting on the main thread. */
export async function countingSteps(): Promise<readonly MicroStep[]> {
  const pipeline = await loadPipeline(undefined)
  const settings = settingsFromRaw({ invalidIp: 'mask' }, optionsFor(pipeline))
  const names = dimensionsOf(pipeline).map(({ name }) => name)
  const runner = new BatchRunner(createPlan(pipeline, settings))
  const filled = (dimensions?: number) => {
    const slab = Slab.allocate(shapeOf(settings.slabRecords, settings.slabBytes, dimensions))
    const writer = new SlabWriter(slab, MAX_RECORD_BYTES)
    for (const record of incomingLogins('usual')) writer.append(1, record)
    runner.run(slab, 0, false, Date.now())
    return slab
  }
  const rerun = (slab: Slab) => () => {
    slab.clearOutput()
    runner.run(slab, 0, false, Date.now())
  }
  const [plain, noted] = [filled(), filled(names.length)]
  const plan = new SummaryPlan(names, 1000)
  const fold = new SummaryFold(plan)
  const window = new InsightsWindow(names)
  let state = new SummaryState(plan, 0)
  const count = () => {
    for (let at = 0; at < MICRO_RECORDS;) {
      at = fold.add(state, noted, at, MICRO_RECORDS)
      if (at < MICRO_RECORDS || state.isFull) state = new SummaryState(plan, 0)
    }
    state.snapshot()
  }
  return [
    { name: 'a worker that notes nothing to count by', records: MICRO_RECORDS, run: rerun(plain) },
    { name: 'a worker that notes three dimensions', records: MICRO_RECORDS, run: rerun(noted) },
    { name: 'summaries: count a batch (main thread)', records: MICRO_RECORDS, run: count },
    {
      name: 'insights: count a batch (main thread)',
      records: MICRO_RECORDS,
      run: () => window.add(noted, 0, MICRO_RECORDS)
    }
  ]
}
