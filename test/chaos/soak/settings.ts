import { readChaosSettings, type Delivery } from '../settings.ts'

export interface SoakSettings {
  readonly minutes: number
  readonly sampleMs: number
  readonly delivery: Delivery
  readonly program: string
  /** Where to write a report in Markdown. */
  readonly report: string | undefined
}

const DEFAULT_MINUTES = 10
const SAMPLE_MS = 2000

/**
 * SOAK_MINUTES, DELIVERY, PROGRAM and REPORT, as variables or as arguments `NAME=value`.
 *
 * @throws naming the setting that is wrong.
 */
export function readSoakSettings(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[]
): SoakSettings {
  const [{ delivery, program, report, processorSettings }] = readChaosSettings(environment, args)
  const text = processorSettings.SOAK_MINUTES ?? environment.SOAK_MINUTES ?? String(DEFAULT_MINUTES)
  const minutes = Number(text)
  if (!(minutes > 0)) throw new Error(`SOAK_MINUTES is a number above 0, not "${text}"`)
  return { minutes, sampleMs: SAMPLE_MS, delivery, program, report }
}
