/** An error whose cure is known: what the user can do about it. */
export class CurableError extends Error {
  readonly cure: string

  constructor(message: string, cure: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CurableError'
    this.cure = cure
  }
}

/** A failure in the form that all of Millrace's set-up uses: the step, the cause, the cure. */
export function failureText(step: string, error: unknown, usualCure: string): string {
  const cause = error instanceof Error ? error.message : String(error)
  const cure = error instanceof CurableError ? error.cure : usualCure
  return `✘ ${step}\n  cause: ${cause.replaceAll('\n', '\n  ')}\n  cure:  ${cure}\n`
}
