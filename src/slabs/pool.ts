import { placesOf, type SlabShape } from './layout.ts'
import { Slab } from './slab.ts'

/** What one record may be turned into at the most. */
const LARGE_SLAB_ROWS = 1024
/** Output room of a large slab for headers, be they a dead letter's, beyond what its rows may take. */
const LARGE_SLAB_HEADROOM_BYTES = 65_536

/**
 * A fixed number of slabs. All that is in flight lives in them, so their number bounds it: no free slab is how the
 * pipeline says "full", and it is the only back-pressure there is.
 *
 * A record that fits no slab gets a large one of its own; there are never more than `maxLarge` of these.
 */
export class SlabPool {
  readonly slabs: readonly Slab[]
  readonly #fixed: ReadonlySet<Slab>
  readonly #free: Slab[]
  readonly #shape: SlabShape
  readonly #maxLarge: number
  readonly #large = new Set<Slab>()
  #waiting: (() => void)[] = []

  constructor(count: number, shape: SlabShape, maxLarge = 8) {
    this.slabs = Array.from({ length: count }, () => Slab.allocate(shape))
    this.#fixed = new Set(this.slabs)
    this.#free = [...this.slabs]
    this.#shape = shape
    this.#maxLarge = maxLarge
  }

  get count(): number {
    return this.slabs.length
  }

  get free(): number {
    return this.#free.length
  }

  get large(): number {
    return this.#large.size
  }

  /** The slab that was freed last, as its memory is warmest; undefined if none is free. */
  acquire(): Slab | undefined {
    const slab = this.#free.pop()
    slab?.clear()
    return slab
  }

  /** A slab for one record of up to `inputBytes`, whose rows take up to `outputBytes`; undefined while too many are out. */
  acquireLarge(inputBytes: number, outputBytes: number): Slab | undefined {
    if (this.#large.size >= this.#maxLarge) return undefined
    const slab = this.overflow(inputBytes, outputBytes)
    this.#large.add(slab)
    return slab
  }

  /**
   * A large slab that is not counted, for one record that has been taken already. Whoever asks bounds their number.
   * It never has less room than a usual one, so that a record's outcome does not depend on which of them it lies in.
   */
  overflow(inputBytes: number, outputBytes: number): Slab {
    return Slab.allocate({
      ...this.#shape,
      records: 1,
      rows: Math.max(LARGE_SLAB_ROWS, this.#shape.rows),
      inputBytes,
      outputBytes: Math.max(outputBytes + inputBytes + LARGE_SLAB_HEADROOM_BYTES, this.#shape.outputBytes)
    })
  }

  release(slab: Slab): void {
    if (this.#fixed.has(slab)) this.#free.push(slab)
    else this.#large.delete(slab)
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }

  /** Resolves when a slab has been released, at once if one is free. */
  released(): Promise<void> {
    if (this.#free.length > 0) return Promise.resolve()
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  /** Bytes of shared memory in the fixed slabs. */
  get sizeBytes(): number {
    return this.slabs.reduce((sum, slab) => sum + placesOf(slab.shape).end, 0)
  }
}
