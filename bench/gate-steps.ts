import { hash } from 'node:crypto'
import { countingSteps } from './micro-counting.ts'
import { incomingLogins, MICRO_RECORDS } from './micro-logins.ts'
import { slabSteps } from './micro-slab.ts'
import type { MicroStep } from './micro-step.ts'

/** What is held against the reference, by its name among the micro steps: what each record goes through. */
const gated = [
  'slab: append records',
  'a worker, all of it (BatchRunner.run)',
  'a worker, half of the records bad',
  'a worker, PII_HASH_KEY',
  'a worker, EVENT_ID_HEADERS=on',
  'summaries: count a batch (main thread)'
]

/** @throws if a step is no longer there: it must not go unmeasured for another name. */
export async function gateSteps(): Promise<readonly MicroStep[]> {
  const all = [...(await slabSteps()), ...(await countingSteps())]
  return gated.map(name => {
    const step = all.find(each => each.name === name)
    if (step === undefined) throw new Error(`there is no micro step "${name}" any more: see bench/gate-steps.ts`)
    return step
  })
}

/** Work of the same kind that no change of ours makes cheaper or dearer: engine and processor alone do. */
export function referenceStep(): MicroStep {
  const values = incomingLogins('good').map(({ value }) => Buffer.from(value as Uint8Array))
  const target = Buffer.alloc(4096)
  const run = (): number => {
    let written = 0
    for (const value of values) {
      const login = JSON.parse(value.latin1Slice(0, value.length)) as { device_id: string }
      login.device_id = hash('sha256', login.device_id, 'hex')
      written += target.utf8Write(JSON.stringify(login), 0)
    }
    return written
  }
  return { name: 'reference', records: MICRO_RECORDS, run }
}
