/** CPU of a step, as a multiple of the reference's, by the step's name. */
export type Ratios = Readonly<Record<string, number>>

/** Runs of the same code lie within this of each other, on a machine that is not quiet, too. */
export const TOLERANCE_PERCENT = 15
/** And within this much of the reference: a step of a twentieth of it differs by more percent, and by next to nothing. */
export const TOLERANCE = 0.02

const RENEW = 'npm run bench:gate -- --renew'

export interface Verdict {
  readonly lines: readonly string[]
  readonly failed: boolean
}

/** Holds what was measured against the baseline, in a sentence for each step. */
export function judge(ratios: Ratios, baseline: Ratios | undefined, machine: string): Verdict {
  if (baseline === undefined) {
    return { lines: [`there is no baseline of ${machine}, so nothing is judged: ${RENEW} makes one`], failed: false }
  }
  const judged = Object.entries(ratios).map(([name, ratio]) => judgeStep(name, ratio, baseline[name]))
  const gone = Object.keys(baseline).filter(name => !(name in ratios))
  const missing = gone.map(name => `✘ ${name}: is in the baseline and was not measured. ${RENEW}, if that is meant`)
  return {
    lines: [...judged.map(([line]) => line), ...missing],
    failed: gone.length > 0 || judged.some(([, bad]) => bad)
  }
}

function judgeStep(name: string, ratio: number, before: number | undefined): [line: string, bad: boolean] {
  const now = `${name}: ${ratio.toFixed(2)} times the reference`
  if (before === undefined) return [`✘ ${now}, and not in the baseline. ${RENEW} puts it there`, true]
  const percent = Math.round((ratio / before - 1) * 100)
  const isMuch = Math.abs(ratio - before) > TOLERANCE
  if (percent > TOLERANCE_PERCENT && isMuch) {
    const much = `${percent} % dearer than the ${before.toFixed(2)} of the baseline, and up to ${TOLERANCE_PERCENT} % is noise`
    return [`✘ ${now}, ${much}. Make it cheaper, or, if that is its price, ${RENEW}`, true]
  }
  if (percent < -TOLERANCE_PERCENT && isMuch)
    return [`✔ ${now}, ${-percent} % cheaper than the baseline: ${RENEW} keeps it so`, false]
  return [`✔ ${now} (baseline ${before.toFixed(2)})`, false]
}
