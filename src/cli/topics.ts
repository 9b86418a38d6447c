import { SettingsError } from '../config/read-environment.ts'
import type { Command } from './command.ts'

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  describe: async () => (await import('./topics/describe.ts')).describe,
  check: async () => (await import('./topics/describe.ts')).checkTopics,
  create: async () => (await import('./topics/create.ts')).create,
  grow: async () => (await import('./topics/grow.ts')).grow
}

/** `millrace topics`: the topics of the pipeline, and whether what it promises holds with them. */
export const topics: Command = async (args, context) => {
  const { HELP } = await import('./topics/help.ts')
  if (args.some(argument => ['--help', '-h'].includes(argument))) {
    process.stdout.write(HELP)
    return 0
  }
  const [name = 'describe', ...rest] = args
  if (!Object.hasOwn(commands, name))
    throw new SettingsError(`there is no 'topics ${name}'; see millrace topics --help`)
  return await (
    await commands[name]()
  )(rest, context)
}
