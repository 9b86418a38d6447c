import { outputsOf } from '../config/outputs.ts'
import type { AnyPipeline } from '../pipeline.ts'
import { Summarize } from '../stages/summarize.ts'
import type { SummaryPlan } from '../summaries/plan.ts'
import type { CreateDeliveryOptions } from './create-delivery.ts'
import type { Delivery } from './delivery.ts'

/** A delivery that counts the records which it is given, and puts a summary between them wherever one ends. */
export function summarizing(
  delivery: Delivery,
  plan: SummaryPlan,
  pipeline: AnyPipeline,
  { settings, transport, assignments, events, drop }: CreateDeliveryOptions
): Delivery {
  const { topics, summary } = outputsOf(pipeline, settings)
  const summarize = new Summarize({
    plan,
    source: { pipeline: pipeline.name, group: settings.groupId },
    topic: topics[summary],
    output: summary,
    everyMs: settings.summaryEveryMs,
    awaitsCommit: transport.transactions === undefined,
    assignments,
    events,
    next: batch => delivery.release(batch),
    drop,
    commit: assignment => void delivery.now([assignment])
  })
  return {
    ...delivery,
    release: batch => summarize.release(batch),
    step: () => {
      summarize.step()
      delivery.step()
    },
    close: assignment => summarize.close(assignment)
  }
}
