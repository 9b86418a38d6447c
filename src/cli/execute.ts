import { readFileSync } from 'node:fs'
import type { Command, CommandContext } from './command.ts'

interface CommandEntry {
  readonly what: string
  /** It takes arguments, and --help says which; that of the others is the list of all settings. */
  readonly hasHelp?: true
  /** Run by another command and not by people. */
  readonly isInner?: true
  load(): Promise<Command>
}

/** Every command, loaded only when it is called. */
const commands: Readonly<Record<string, CommandEntry>> = {
  run: {
    what: 'run the processor until SIGTERM, set up by environment variables',
    load: async () => (await import('./run.ts')).run
  },
  generate: {
    what: 'write sample logins to the input topic, or replay a file',
    load: async () => (await import('./generate.ts')).generate
  },
  demo: {
    what: 'topics, samples, the processor and its progress (`make run`)',
    load: async () => (await import('./demo.ts')).demo
  },
  show: {
    what: 'show the last results of each topic, and why records failed',
    load: async () => (await import('./show.ts')).show
  },
  status: {
    what: 'what a processor on this machine is doing',
    hasHelp: true,
    load: async () => (await import('./control.ts')).status
  },
  pause: {
    what: 'read nothing more of some partitions',
    hasHelp: true,
    load: async () => (await import('./control.ts')).pause
  },
  resume: {
    what: 'go on with paused partitions, or after a flood of dead letters',
    hasHelp: true,
    load: async () => (await import('./control.ts')).resume
  },
  dlq: {
    what: 'dead letters: list, show, redrive, export to a test',
    hasHelp: true,
    load: async () => (await import('./dlq.ts')).dlq
  },
  seek: {
    what: 'move the group to other offsets, while it is stopped',
    hasHelp: true,
    load: async () => (await import('./seek.ts')).seek
  },
  topics: {
    what: 'the topics of the pipeline: describe, check, create, grow',
    hasHelp: true,
    load: async () => (await import('./topics.ts')).topics
  },
  schema: {
    what: 'Avro schemas in a schema registry: register, check, show',
    hasHelp: true,
    load: async () => (await import('./schema.ts')).schema
  },
  verify: {
    what: 'hold what went in against what came out',
    hasHelp: true,
    load: async () => (await import('./verify.ts')).verify
  },
  'build-native': {
    what: 'build the native transport for this machine',
    hasHelp: true,
    load: async () => (await import('./build-native.ts')).buildNativeCommand
  },
  bench: {
    what: 'rate, CPU a record, latency here; --tune finds better settings',
    hasHelp: true,
    load: async () => (await import('./bench.ts')).bench
  },
  'bench-trial': {
    what: 'one trial of millrace bench',
    isInner: true,
    load: async () => (await import('./bench-trial.ts')).benchTrial
  },
  options: {
    what: 'list every setting: what it does, its default and why',
    load: async () => (await import('./options.ts')).options
  }
}

/** Runs the command that the arguments name, and turns what it throws into one message and an exit code. */
export async function execute(args: readonly string[], context: CommandContext): Promise<number> {
  const [name = '--help', ...rest] = args
  if (['--help', '-h', 'help'].includes(name)) return print(usage())
  if (['--version', '-v'].includes(name)) return print(version())
  if (!Object.hasOwn(commands, name)) return complain(`millrace: there is no command '${name}'\n\n${usage()}`)
  if (!commands[name].hasHelp && rest.some(argument => ['--help', '-h'].includes(argument))) {
    return (await commands.options.load())([name], context)
  }
  try {
    return await (
      await commands[name].load()
    )(rest, context)
  } catch (error) {
    const { name: kind, message } = error as Error
    return complain(`millrace ${name}: ${message}`, kind === 'SettingsError' ? 2 : 1)
  }
}

function usage(): string {
  const shown = Object.entries(commands).filter(([, { isInner }]) => !isInner)
  const lines = shown.map(([name, { what }]) => `  ${name.padEnd(13)}${what}`)
  return `Usage: millrace <command>\n\n${lines.join('\n')}\n\nSettings are environment variables: millrace options`
}

/** package.json is two levels up in a checkout and three in the package, where this runs from dist/. */
function version(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return 'unknown'
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

function complain(text: string, code = 2): number {
  process.stderr.write(`${text}\n`)
  return code
}
