const NEWLINE = 0x0a

/** Takes a file in pieces of any size and gives its lines as the bytes that they are, without the newline. */
export class LineSplitter {
  readonly #bytesAtMost: number
  /** The beginning of a line whose end is not there yet. */
  #begun: Buffer[] = []
  #begunBytes = 0
  #lines = 0

  constructor(bytesAtMost: number) {
    this.#bytesAtMost = bytesAtMost
  }

  /** @throws if a line is longer than it may be. */
  *push(piece: Buffer): Generator<Buffer> {
    let start = 0
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      this.#begin(piece.subarray(start, end))
      yield this.#take()
      start = end + 1
    }
    if (start < piece.length) this.#begin(piece.subarray(start))
  }

  /** The last line, if the file does not end with a newline. */
  end(): Buffer | undefined {
    return this.#begunBytes > 0 ? this.#take() : undefined
  }

  #begin(part: Buffer): void {
    this.#begunBytes += part.length
    if (this.#begunBytes > this.#bytesAtMost)
      throw new Error(`line ${this.#lines + 1} is longer than ${this.#bytesAtMost} bytes`)
    this.#begun.push(part)
  }

  #take(): Buffer {
    const line = this.#begun.length === 1 ? this.#begun[0] : Buffer.concat(this.#begun)
    this.#begun = []
    this.#begunBytes = 0
    this.#lines++
    return line
  }
}
