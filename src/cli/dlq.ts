import { SettingsError } from '../config/read-environment.ts'
import type { Command } from './command.ts'

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  list: async () => (await import('./dlq/list.ts')).list,
  show: async () => (await import('./dlq/show.ts')).show,
  redrive: async () => (await import('./dlq/redrive.ts')).redrive,
  export: async () => (await import('./dlq/export.ts')).exportFixture
}

/** `millrace dlq`: what is in the dead-letter topic, why, and how it is tried again. */
export const dlq: Command = async (args, context) => {
  const [name = '--help', ...rest] = args
  const { HELP } = await import('./dlq/help.ts')
  if (args.some(argument => ['--help', '-h'].includes(argument)) || name === '--help') {
    process.stdout.write(HELP)
    return 0
  }
  if (!Object.hasOwn(commands, name)) throw new SettingsError(`there is no 'dlq ${name}'; see millrace dlq --help`)
  return await (
    await commands[name]()
  )(rest, context)
}
