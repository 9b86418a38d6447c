import { Coverage } from './coverage.ts'
import { Extents } from './extents.ts'
import type { VerifyTask } from './task.ts'

/** What the first reading of all output partitions tells: where rows lie, and what can't be known. */
export class Survey {
  readonly extents: Extents
  readonly #task: VerifyTask
  readonly #coverage: Coverage
  /** Of each output of the pipeline, by its number, the partitions of its topic. */
  readonly #partitionsOf: readonly (readonly number[])[]
  readonly #nextOffset: Float64Array
  /** Rows of the inputs that are looked at. */
  traced = 0
  /** Rows that say that they come from somewhere else. */
  foreign = 0
  /** By output partition. */
  readonly untraced: number[]
  /** By output partition: offsets that hold nothing, as after compaction and at the end of transactions. */
  readonly gaps: number[]

  constructor(task: VerifyTask, cells: number) {
    const { inputs, outputs, topics } = task
    this.#task = task
    this.extents = new Extents(cells, outputs.length)
    this.#coverage = new Coverage(
      inputs.length,
      outputs.map(({ cut }) => cut)
    )
    this.#partitionsOf = topics.map(wanted => outputs.flatMap(({ topic }, index) => (topic === wanted ? [index] : [])))
    this.#nextOffset = Float64Array.from(outputs, ({ from }) => from)
    this.untraced = outputs.map(() => 0)
    this.gaps = outputs.map(() => 0)
  }

  /** Any row, before what it is. */
  addOffset(output: number, at: number): void {
    this.gaps[output] += at - this.#nextOffset[output]
    this.#nextOffset[output] = at + 1
  }

  addUntraced(output: number): void {
    this.untraced[output]++
    if (!this.#task.ignoreUntraced) this.#coverage.addUntraced(output)
  }

  addTraced(input: number, output: number, offset: number, cell: number, at: number): void {
    this.traced++
    this.extents.add(output, cell, at)
    this.#coverage.addRow(input, output, offset)
  }

  /** Whether rows of a record may have been in one of these outputs and can't be seen there. */
  mayHide(input: number, offset: number, outputs: readonly number[]): boolean {
    return outputs.some(output =>
      this.#partitionsOf[output].some(partition => this.#coverage.mayHide(input, partition, offset))
    )
  }

  /** The same, if it is not known where its rows went. */
  mayHideAny(input: number, offset: number): boolean {
    return this.#task.outputs.some(
      ({ kind }, partition) => kind === 'processed' && this.#coverage.mayHide(input, partition, offset)
    )
  }
}
