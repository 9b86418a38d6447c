import type { Environment } from '../config/environment.ts'
import { spreadOf } from './statistics.ts'

/** A setting that is tried, with others that go with it, and by what it is judged. */
export interface Knob {
  readonly name: string
  /** Values to try beside the one that stands. */
  readonly candidates: readonly Environment[]
  /** What a trial costs with these settings; less is better. */
  measure(settings: Environment): Promise<number>
}

/** What was found out about a setting. */
export interface Finding {
  readonly name: string
  readonly chosen: Environment | undefined
  /** By how much less it costs than what stood before, from 0 to 1. */
  readonly gain: number
  /** Trials of each value that was kept to the end; below `LEAST_ROUNDS` nothing is said. */
  readonly rounds: number
}

/** With fewer, chance decides. */
export const LEAST_ROUNDS = 3
/** More make a finding no surer than the next setting is worth. */
const MOST_ROUNDS = 5
/** Less than this is never worth a setting that stands in somebody's file. */
export const LEAST_GAIN = 0.03

/** What remains after each round: first half of the candidates, then the best one. */
function keptAfter(round: number, candidates: number): number {
  return round === 0 ? Math.ceil(candidates / 2) : 1
}

/** So many trials say something of that many candidates. */
export function leastTrials(candidates: number): number {
  let trials = 0
  let field = candidates
  for (let round = 0; round < LEAST_ROUNDS; round++) {
    trials += field + 1
    field = keptAfter(round, field)
  }
  return trials
}

/**
 * Tries the values of one setting, in turn with what stands now, so that what else the machine does meets all alike.
 * Candidates that do badly are left out after each round. One is chosen only if it was cheaper in every round, and by more
 * than the rounds differ among themselves.
 */
export async function tuneKnob(
  { name, candidates, measure }: Knob,
  standing: Environment,
  hasTime: (trials: number, round: number) => boolean
): Promise<Finding> {
  const stands: number[] = []
  if (!hasTime(leastTrials(candidates.length), 0)) return { name, chosen: undefined, gain: 0, rounds: 0 }
  let field = candidates.map(settings => ({ settings, costs: [] as number[] }))
  for (let round = 0; round < MOST_ROUNDS && field.length > 0 && hasTime(field.length + 1, round); round++) {
    // Whoever comes first in every round would always meet the machine as the last trial left it.
    const order = round % 2 === 0 ? field : field.toReversed()
    if (round % 2 === 0) stands.push(await measure(standing))
    for (const { settings, costs } of order) costs.push(await measure({ ...standing, ...settings }))
    if (round % 2 === 1) stands.push(await measure(standing))
    field = field
      .toSorted((a, b) => spreadOf(a.costs).median - spreadOf(b.costs).median)
      .slice(0, keptAfter(round, field.length))
  }
  const rounds = stands.length
  if (rounds < LEAST_ROUNDS) return { name, chosen: undefined, gain: 0, rounds }
  const [{ settings, costs }] = field
  const gain = gainOf(stands, costs)
  return { name, chosen: gain > 0 ? settings : undefined, gain, rounds }
}

/** By how much `costs` lie below `stands`, round by round; 0 unless that is more than noise. */
export function gainOf(stands: readonly number[], costs: readonly number[]): number {
  const gains = costs.map((cost, round) => 1 - cost / stands[round])
  const { median, lowest } = spreadOf(gains)
  const noise = Math.max(LEAST_GAIN, noiseOf(stands))
  return lowest > 0 && median > noise ? median : 0
}

/** How far the trials of one and the same thing lie from their middle, most of the time. */
function noiseOf(costs: readonly number[]): number {
  const { median } = spreadOf(costs)
  return spreadOf(costs.map(cost => Math.abs(cost / median - 1))).median
}

export interface Tuned {
  /** What is better than what stood, all of it together; empty where nothing is. */
  readonly settings: Environment
  readonly findings: readonly Finding[]
  /** By how much everything together costs less; 0 where that did not hold when it was tried again. */
  readonly gain: number
}

export interface TuneOptions {
  readonly knobs: readonly Knob[]
  /** How the worth of these settings together is measured, with and without them. */
  judgeOf(settings: Environment): (settings: Environment) => Promise<number>
  /** Milliseconds that are left. */
  leftMs(): number
  /** How long a trial takes, as far as is known. */
  trialMs(): number
  told(finding: Finding): void
}

/** Of the whole time, for trying again what was found. */
const CONFIRM_SHARE = 0.2

/**
 * Setting after setting, each beside what was found before it. What comes out is tried once more against what stood at
 * first: a chain of small finds may be none.
 */
export async function tune({ knobs, judgeOf, leftMs, trialMs, told }: TuneOptions): Promise<Tuned> {
  const reservedMs = leftMs() * CONFIRM_SHARE
  const findings: Finding[] = []
  const settings: Record<string, string | undefined> = {}
  for (const [index, knob] of knobs.entries()) {
    const endsAtMs = reservedMs + ((leftMs() - reservedMs) * (knobs.length - index - 1)) / (knobs.length - index)
    // What says nothing yet may take of the time of settings that come later: better one that is known than four that are not.
    const hasTime = (trials: number, round: number) =>
      leftMs() - trials * trialMs() >= (round < LEAST_ROUNDS ? reservedMs : endsAtMs)
    const finding = await tuneKnob(knob, { ...settings }, hasTime)
    findings.push(finding)
    told(finding)
    Object.assign(settings, finding.chosen)
  }
  if (Object.keys(settings).length === 0) return { settings, findings, gain: 0 }
  const gain = await confirm(settings, judgeOf(settings))
  return { settings: gain > 0 ? settings : {}, findings, gain }
}

async function confirm(settings: Environment, measure: ReturnType<TuneOptions['judgeOf']>): Promise<number> {
  const [stands, tuned]: number[][] = [[], []]
  for (let round = 0; round < LEAST_ROUNDS; round++) {
    stands.push(await measure({}))
    tuned.push(await measure(settings))
  }
  return gainOf(stands, tuned)
}
