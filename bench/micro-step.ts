/** A step, run over a number of records so that the clock is read rarely. */
export interface MicroStep {
  readonly name: string
  /** Records that one call handles. */
  readonly records: number
  run(): unknown
}
