import type { Survey } from './survey.ts'
import type { VerifyTask } from './task.ts'
import type { Verified } from './verify.ts'

/** What besides findings should be known to judge them by. */
export function notesOn(task: VerifyTask, { verdict, survey }: Verified, isTransactional: boolean): string[] {
  const notes = [...ofOutputs(task, survey, isTransactional)]
  if (verdict.gone > 0) {
    notes.push(`${verdict.gone} records with results are no longer in the input: it is compacted, or they were deleted`)
  }
  if (survey.foreign > 0) notes.push(`${survey.foreign} rows come from partitions that were not looked at`)
  if (verdict.traceless.some(count => count > 0)) {
    notes.push('records without a trace were run through the pipeline again, with the settings and the time of now')
  }
  task.inputs.forEach(({ topic, partition }, input) => {
    const offset = verdict.sureFrom[input]
    if (offset >= 0) notes.push(`${topic}/${partition}: everything can be judged from offset ${offset} on`)
  })
  return notes
}

function ofOutputs(task: VerifyTask, survey: Survey, isTransactional: boolean): string[] {
  return task.outputs.flatMap(({ topic, partition, from, cut }, output) => {
    const name = `${topic}/${partition}`
    const notes: string[] = []
    if (cut) notes.push(`${name} was read from ${from} on: what stood before is deleted, or older than the range`)
    const untraced = survey.untraced[output]
    if (untraced > 0) notes.push(`${name}: ${untraced} rows do not say where they come from`)
    // Every transaction ends with a marker, which takes an offset.
    if (survey.gaps[output] > 0 && !isTransactional) {
      notes.push(`${name} has gaps: if it is compacted, what is missing there may have been compacted away`)
    }
    return notes
  })
}
