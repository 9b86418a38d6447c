/** A mistake in the settings. Neither text ever holds a value that might be secret. */
export interface Problem {
  /** The environment variables concerned, the likeliest culprit first. */
  readonly settings: readonly string[]
  /** Continues the sentence that the names begin. */
  readonly wrong: string
  /** What to do about it, as an order. */
  readonly remedy: string
}

/** What is wrong with a value, whatever variable it stands in. */
export type Objection = Omit<Problem, 'settings'>

const VALUE_SHOWN_AT_MOST = 40

/** All mistakes in one message, a line each, so that they can be mended in one go. */
export function formatProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`
  return [`The settings hold ${count}; nothing was started.`, ...problems.map(line)].join('\n')
}

/** A value as a message may show it: short, printable and in quotes. Not for secrets. */
export function shown(value: string): string {
  const printable = value.replace(/[^\x20-\x7e]/g, '?')
  return printable.length > VALUE_SHOWN_AT_MOST ? `'${printable.slice(0, VALUE_SHOWN_AT_MOST)}…'` : `'${printable}'`
}

function line({ settings, wrong, remedy }: Problem): string {
  const subject = settings.length === 0 ? '' : `${settings.join(', ')}: `
  return `  ${subject}${[wrong, remedy].filter(Boolean).join('; ')}`
}
