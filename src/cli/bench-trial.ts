import { runTrial } from '../benchmark/trial-run.ts'
import { createProcessor } from '../create-processor.ts'
import { readNumber } from './arguments.ts'
import type { Command } from './command.ts'

/** What `millrace bench` runs for each trial, in a process of its own: a processor with the settings that are tried. */
export const benchTrial: Command = async ([records = ''], { environment, onStop, onUnclosed }) => {
  const { processor } = await createProcessor(environment)
  onStop(() => processor.stop())
  try {
    const result = await runTrial(processor, readNumber('the number of records', records, 1))
    await new Promise<void>((resolve, reject) => {
      if (process.send === undefined) reject(new Error('is for millrace bench alone'))
      else process.send(result, error => (error ? reject(error) : resolve()))
    })
    return 0
  } finally {
    if (processor.unclosed) onUnclosed()
  }
}
