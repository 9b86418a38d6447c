import { writeSync } from 'node:fs'
import { createProcessor } from '../src/create-processor.ts'
import { settledOf } from '../src/offsets/ledger.ts'
import type { Processor } from '../src/running-processor.ts'
import type { Snapshot } from '../src/telemetry/snapshot.ts'
import { readLoginJob } from './job-environment.ts'

/** The shell that started this gave stdout away to the log; see the file `login-job`. */
const RESULT_FD = 3
/** How often it looks whether all have settled: a small part of the shortest run. */
const LOOK_MS = 10

/** Stops as a user would stop it, by a drain and a last commit, once so many records have settled. */
async function runUntilSettled(processor: Processor, records: number): Promise<void> {
  const looking = setInterval(() => {
    if (processor.state === 'running' && settledOf(processor.snapshot().tally) >= records) processor.stop()
  }, LOOK_MS)
  try {
    const { drained } = await processor.run()
    if (!drained) throw new Error('the drain ran out of time: what was in flight is not counted')
  } finally {
    clearInterval(looking)
  }
}

function resultOf({ tally, firstRecordMs, lastCommitMs }: Snapshot, records: number): object {
  const { processed, filtered, deadLetter } = tally
  const durationMs = (lastCommitMs ?? NaN) - (firstRecordMs ?? NaN)
  const seconds = Math.round(durationMs) / 1000
  return { peer: 'millrace', n: records, out: processed, cleaned: filtered, dlq: deadLetter, seconds }
}

const job = readLoginJob(process.env)
const { processor } = await createProcessor(job.environment)
process.once('SIGTERM', () => processor.stop())
process.once('SIGINT', () => processor.stop())
await runUntilSettled(processor, job.records)
writeSync(RESULT_FD, `${JSON.stringify(resultOf(processor.snapshot(), job.records))}\n`)
// The client's threads may linger for a while; nothing of ours is left to wait for.
process.exit()
