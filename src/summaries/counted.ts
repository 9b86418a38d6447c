import type { CoreSettings } from '../config/options.ts'
import type { AnyPipeline } from '../pipeline.ts'
import { dimensionsOf } from './dimensions.ts'
import { SummaryPlan } from './plan.ts'

type CountSettings = Pick<CoreSettings, 'summaryTopic' | 'summaryEveryRecords' | 'insightsEveryMs'>

/** By how many dimensions workers note records; undefined where nobody asks. */
export function notedDimensions(pipeline: AnyPipeline, settings: CountSettings): number | undefined {
  if (settings.summaryTopic === undefined && settings.insightsEveryMs === 0) return undefined
  return dimensionsOf(pipeline).length
}

/** Undefined where no summaries are made. */
export function summaryPlanOf(pipeline: AnyPipeline, settings: CountSettings): SummaryPlan | undefined {
  if (settings.summaryTopic === undefined) return undefined
  const names = dimensionsOf(pipeline).map(({ name }) => name)
  return new SummaryPlan(names, settings.summaryEveryRecords)
}
