/** The registry could not be asked, or has refused. The message says which registry, and never a password. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  /** Of the HTTP answer; 0 if there was none. */
  readonly status: number
  /** The registry's own, which says more: 40403 is a schema that is not there. */
  readonly code: number | undefined

  constructor(message: string, status = 0, code?: number) {
    super(message)
    this.status = status
    this.code = code
  }

  /** What was asked for is not there, and the registry says so itself: a 404 without a code may come from anything. */
  get isAbsence(): boolean {
    return this.status === 404 && this.code !== undefined && this.code >= 40401 && this.code <= 40403
  }

  /** Waiting mends nothing: a wrong password, token or certificate, or too few rights. */
  get isDenial(): boolean {
    return this.status === 401 || this.status === 403
  }
}
