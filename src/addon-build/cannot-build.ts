/** Why something native can't be built here, and what to do about it. */
export class CannotBuild extends Error {
  override readonly name = 'CannotBuild'
  readonly cure: string

  constructor(message: string, cure: string, options?: ErrorOptions) {
    super(message, options)
    this.cure = cure
  }
}
