import { SettingsError } from '../config/read-environment.ts'
import { createProcessor } from '../create-processor.ts'
import type { Command } from './command.ts'

/** `millrace run`: the processor alone, one process that signals reach directly. */
export const run: Command = async (args, { environment, onStop, onUnclosed }) => {
  if (args.length > 0) throw new SettingsError(`takes no arguments, but was given '${args.join(' ')}'`)
  const { processor, openControl } = await createProcessor(environment)
  onStop(() => processor.stop())
  const control = await openControl()
  try {
    const { drained } = await processor.run()
    return drained ? 0 : 3
  } finally {
    control?.close()
    if (processor.unclosed) onUnclosed()
  }
}
