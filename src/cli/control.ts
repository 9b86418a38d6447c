import type { Environment } from '../config/environment.ts'
import { SettingsError } from '../config/read-environment.ts'
import { ask } from '../control/client.ts'
import { parsePartitions } from '../control/partition-list.ts'
import type { ControlRequest, Paused, ProcessStatus, Resumed } from '../control/protocol.ts'
import { namesOf } from '../telemetry/events.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { targetOf } from './control-target.ts'
import { print } from './print.ts'
import { statusLines } from './status-text.ts'

const HELP = `Usage: millrace status [--json]
       millrace pause topic/0-3,5 …
       millrace resume [topic/0-3,5 …]

Asks a processor of this user on this machine, by its control socket.

  status    what it is doing: state, counts, each of its partitions
  pause     read nothing more of these partitions; what is in flight settles.
            It ends when a partition goes to another process, or with this one
  resume    paused partitions go on; without naming any, all of them do, and
            what is held for a flood of dead letters

  --pid N   which processor, where there are several
  --json    the status for programs

Exit codes: 0 done, 1 it does not answer or refuses, 2 a mistake in the
command line, or several processors and no --pid.
`

const options = {
  pid: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false }
} as const

type Given = ReturnType<typeof readArguments<{ args: string[]; options: typeof options; allowPositionals: true }>>
/** Sends the request to the processor that is meant. */
type Ask = <Result>(request: ControlRequest) => Promise<Result>

export const status: Command = controlling(async ({ values, positionals }, ask) => {
  if (positionals.length > 0) throw new SettingsError('status shows all partitions and takes none')
  const found = await ask<ProcessStatus>({ request: 'status' })
  if (values.json) process.stdout.write(`${JSON.stringify(found)}\n`)
  else for (const line of statusLines(found)) print(line)
})

export const pause: Command = controlling(async ({ positionals: partitions }, ask) => {
  if (partitions.length === 0) throw new SettingsError('say which partitions to pause: topic/0-3,5')
  const paused = await ask<Paused>({ request: 'pause', partitions })
  print(`✔ paused: ${namesOf(paused.partitions)}`)
})

export const resume: Command = controlling(async ({ positionals }, ask) => {
  const named = positionals.length > 0 ? { partitions: positionals } : {}
  const { held, partitions } = await ask<Resumed>({ request: 'resume', ...named })
  if (held) print('✔ what was held goes on')
  if (partitions.length > 0) print(`✔ goes on: ${namesOf(partitions)}`)
  if (!held && partitions.length === 0) print('nothing was held or paused')
})

function controlling(act: (given: Given, ask: Ask) => Promise<void>): Command {
  return async (args, { environment }) => {
    const given = readArguments({ args: [...args], options, allowPositionals: true })
    if (given.values.help) process.stdout.write(HELP)
    else await act(checked(given), askOf(environment, given.values.pid))
    return 0
  }
}

/** A typing error is told before anybody is asked. */
function checked(given: Given): Given {
  try {
    parsePartitions(given.positionals)
    return given
  } catch (error) {
    throw new SettingsError((error as Error).message, { cause: error })
  }
}

function askOf(environment: Environment, pid: string | undefined): Ask {
  return async request => ask(await targetOf(environment, pid), request)
}
