import { vi } from 'vitest'
import type { CommandContext } from '../../src/cli/command.ts'
import { execute } from '../../src/cli/execute.ts'
import { readVerifyArguments } from '../../src/cli/verify-arguments.ts'
import { VerifyRanges } from '../../src/cli/verify-ranges.ts'
import { verifyTask } from '../../src/cli/verify.ts'
import { readEnvironment } from '../../src/config/read-environment.ts'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import { ConfluentRangeReader } from '../../src/kafka/confluent/range-reader.ts'
import type { VerifyResult } from '../../src/verify/result.ts'
import { verify, type Verified } from '../../src/verify/verify.ts'
import type { Environment } from '../kafka/test-kafka.ts'

/** Runs the command as the program would; answers what it says, and to whom. */
export async function millraceVerify(
  environment: Environment,
  args: readonly string[] = [],
  onStop: CommandContext['onStop'] = () => undefined
) {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const textOf = (spy: typeof out) => spy.mock.calls.map(([text]) => text).join('')
  const context = { environment, onStop, onUnclosed: () => undefined }
  try {
    const code = await execute(['verify', ...args], context)
    return { code, stdout: textOf(out), stderr: textOf(err) }
  } finally {
    vi.restoreAllMocks()
  }
}

/** The same with --json, read. */
export async function verified(environment: Environment, ...args: readonly string[]) {
  const { code, stdout, stderr } = await millraceVerify(environment, ['--json', ...args])
  if (stdout === '') throw new Error(stderr)
  return { code, ...(JSON.parse(stdout) as VerifyResult) }
}

/** What the command does, with less memory than it allows itself. */
export async function verifiedInParts(environment: Environment, positionsAtOnce: number): Promise<Verified> {
  const read = await readEnvironment(environment)
  const properties = { 'bootstrap.servers': environment.BROKERS }
  const [admin, reader] = [new ConfluentAdmin(properties), new ConfluentRangeReader(properties)]
  await Promise.all([admin.connect(), reader.connect()])
  try {
    const cluster = new VerifyRanges(admin, reader)
    const asked = readVerifyArguments([], Date.now())
    const { ranges: inputs } = await cluster.inputs(read.settings, read.settings.groupId, asked)
    const outputs = await cluster.outputs(read.pipeline, read.settings, asked)
    return await verify(verifyTask(read, asked, { inputs, outputs, positionsAtOnce, rowsAtOnce: 1000 }), { reader })
  } finally {
    await Promise.all([admin.disconnect(), reader.disconnect()])
  }
}

export const none = { records: 0, at: [], more: 0 }
/** What a result holds where nothing was found. */
export const NOTHING = {
  lost: none,
  incomplete: none,
  duplicated: { ...none, allowed: false },
  disordered: { records: 0, at: [] },
  differing: none,
  unsure: none
}
