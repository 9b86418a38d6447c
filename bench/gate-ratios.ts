import { spreadOf } from '../src/benchmark/statistics.ts'
import type { Ratios } from './gate-verdict.ts'
import type { MicroStep } from './micro-step.ts'

/** So much CPU time a step is given at a time: some turns of the collector, and short against what a machine's clock does. */
const SLICE_US = 10_000
const WARM_UP_ROUNDS = 10

/** This thread's CPU time: what else the machine does takes none of it. */
function cpuUs(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/**
 * Reference and steps in turn, many times over; a step's ratio is the median of those within one round, so what makes the
 * whole machine slower for a while makes no difference.
 */
export function measureRatios(
  reference: MicroStep,
  steps: readonly MicroStep[],
  rounds: number,
  clockUs = cpuUs
): Ratios {
  const all = [reference, ...steps]
  // What a step takes at first is mostly its compiling.
  for (const step of all) repeatsOf(step, clockUs)
  const repeats = all.map(step => repeatsOf(step, clockUs))
  const ratios = new Map<string, number[]>(steps.map(({ name }) => [name, []]))
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const [ofReference, ...ofSteps] = all.map((step, index) => timeOf(step, repeats[index], clockUs))
    if (round >= 0) steps.forEach(({ name }, index) => ratios.get(name)?.push(ofSteps[index] / ofReference))
  }
  return Object.fromEntries([...ratios].map(([name, of]) => [name, spreadOf(of).median]))
}

/** Microseconds a record. */
function timeOf({ run, records }: MicroStep, repeats: number, clockUs: () => number): number {
  const beganUs = clockUs()
  for (let count = 0; count < repeats; count++) run()
  return (clockUs() - beganUs) / (repeats * records)
}

function repeatsOf(step: MicroStep, clockUs: () => number): number {
  let repeats = 1
  while (repeats < 1_000_000) {
    const us = timeOf(step, repeats, clockUs) * repeats * step.records
    if (us >= SLICE_US) return repeats
    repeats = us < SLICE_US / 10 ? repeats * 4 : Math.ceil((repeats * SLICE_US * 1.1) / us)
  }
  return repeats
}
