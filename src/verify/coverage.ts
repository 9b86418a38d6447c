/**
 * What output partitions can no longer tell: their beginning was deleted, or they hold rows that do not say where they
 * come from. As rows keep the order of their input partition, a record's rows would be seen if rows of it or of an earlier
 * record of its partition are, behind all that. 16 bytes for each pair of an input and an output partition.
 */
export class Coverage {
  readonly #outputs: number
  /** Changes whenever what was seen before counts for nothing; 0 while everything counts. */
  readonly #breaks: Uint32Array
  readonly #firstOffset: Float64Array
  /** Of which break that is the first offset, plus one. */
  readonly #firstOf: Float64Array

  /** `cut`: by output partition, whether its beginning was deleted. */
  constructor(inputs: number, cut: readonly boolean[]) {
    this.#outputs = cut.length
    this.#breaks = Uint32Array.from(cut, isCut => (isCut ? 1 : 0))
    this.#firstOffset = new Float64Array(inputs * cut.length)
    this.#firstOf = new Float64Array(inputs * cut.length)
  }

  /** A row that does not say where it comes from. */
  addUntraced(output: number): void {
    this.#breaks[output]++
  }

  addRow(input: number, output: number, offset: number): void {
    const pair = input * this.#outputs + output
    if (this.#firstOf[pair] === this.#breaks[output] + 1) return
    this.#firstOf[pair] = this.#breaks[output] + 1
    this.#firstOffset[pair] = offset
  }

  /** Whether rows of this record could stand, or have stood, unseen in an output partition. */
  mayHide(input: number, output: number, offset: number): boolean {
    if (this.#breaks[output] === 0) return false
    const pair = input * this.#outputs + output
    return this.#firstOf[pair] !== this.#breaks[output] + 1 || offset < this.#firstOffset[pair]
  }
}
