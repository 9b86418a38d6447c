import { optionsFor } from '../config/options.ts'
import { loadPipeline } from '../config/pipeline-module.ts'
import { helpText } from '../config/reference.ts'
import type { Command } from './command.ts'

/** `millrace options`, and `--help` of any command: every setting there is. */
export const options: Command = async (_args, { environment }) => {
  const pipeline = await loadPipeline(environment.PIPELINE || undefined)
  process.stdout.write(`${helpText(optionsFor(pipeline))}\n`)
  return 0
}
