import type { OffsetRange, RangeReader, RangeRecord } from '../kafka/range-reader.ts'
import { Cells, sizeOf } from './cells.ts'
import { RowTableFullError } from './row-table.ts'
import { Survey } from './survey.ts'
import { VerifyRefusal, type VerifyTask } from './task.ts'
import { Verdict } from './verdict.ts'
import { Window } from './window.ts'

/** How many offsets further an output partition is read on while it is not known whether a row has come too late. */
const READ_ON = 10_000
const REPORT_EVERY = 4096

export interface VerifyProgress {
  readonly pass: number
  /** There may be more in the end, where records have many rows. */
  readonly passes: number
  /** Offsets of this pass. */
  readonly done: number
  readonly total: number
}

export interface VerifyRun {
  readonly reader: RangeReader
  readonly signal?: AbortSignal
  progressed?(progress: VerifyProgress): void
}

export interface Verified {
  readonly verdict: Verdict
  readonly survey: Survey
  readonly passes: number
}

/**
 * Holds the records of the inputs against the rows of the outputs, by the header in which each row names its record.
 *
 * It looks at as many offsets of the input at a time as its memory allows for. The first time it reads the outputs whole
 * and remembers where in them the rows of the others lie, so that each further time it reads only these.
 *
 * @throws VerifyRefusal if no row says where it comes from.
 */
export async function verify(task: VerifyTask, run: VerifyRun): Promise<Verified> {
  return new Verification(task, run).run()
}

class Verification {
  readonly #task: VerifyTask
  readonly #run: VerifyRun
  readonly #cells: Cells
  readonly #verdict: Verdict
  #survey: Survey | undefined
  #positionsAtOnce: number
  #pass = 0
  #first = 0

  constructor(task: VerifyTask, run: VerifyRun) {
    this.#task = task
    this.#run = run
    this.#positionsAtOnce = task.positionsAtOnce
    this.#cells = new Cells(task.inputs, task.positionsAtOnce)
    this.#verdict = new Verdict(task)
  }

  async run(): Promise<Verified> {
    while (this.#first < this.#cells.count) {
      this.#pass++
      const end = this.#cells.windowEnd(this.#first, this.#positionsAtOnce)
      try {
        await this.#judge(end)
        this.#first = end
      } catch (error) {
        if (!(error instanceof RowTableFullError) || end === this.#first + 1) throw error
        // Half as many records have half as many rows; nothing of this window has been told yet.
        this.#positionsAtOnce = Math.ceil(this.#cells.sizeOf(this.#first, end) / 2)
      }
    }
    return { verdict: this.#verdict, survey: this.#survey!, passes: this.#pass }
  }

  async #judge(end: number): Promise<void> {
    const window = new Window(this.#task, this.#cells, this.#first, end)
    const outputs = this.#outputsFor(end)
    const meter = this.#meter([...outputs.map(({ range }) => range), ...window.slices])
    const survey = this.#survey ?? new Survey(this.#task, this.#cells.count)
    await this.#readRows(window, outputs, this.#survey === undefined ? survey : undefined, meter)
    if (!this.#task.ignoreUntraced && survey.traced === 0 && survey.untraced.some(rows => rows > 0)) {
      throw new VerifyRefusal(
        'no row of these records says where it comes from: run the processor with PROVENANCE_HEADERS=on'
      )
    }
    this.#survey = survey
    await this.#readRecords(window, survey, meter)
    this.#verdict.judge(window, survey)
  }

  /** What is to be read of the output partitions: all of them the first time. */
  #outputsFor(end: number): { output: number; range: OffsetRange }[] {
    return this.#task.outputs.flatMap((range, output) => {
      if (this.#survey === undefined) return [{ output, range }]
      const extent = this.#survey.extents.of(output, this.#first, end)
      return extent === undefined ? [] : [{ output, range: { ...range, ...extent } }]
    })
  }

  async #readRows(
    window: Window,
    outputs: readonly { output: number; range: OffsetRange }[],
    survey: Survey | undefined,
    meter: () => void
  ): Promise<void> {
    const visitor = {
      record: (record: RangeRecord, index: number) => {
        window.addRow(outputs[index].output, record, survey)
        meter()
      },
      ended: (index: number, to: number) => {
        const { output } = outputs[index]
        return window.order.isPending(output) ? Math.min(to + READ_ON, this.#task.outputs[output].to) : to
      }
    }
    const ranges = outputs.map(({ range }) => range)
    await this.#run.reader.read(ranges, visitor, this.#run.signal)
  }

  async #readRecords(window: Window, survey: Survey, meter: () => void): Promise<void> {
    const record = (record: RangeRecord, input: number) => {
      window.addRecord(input, record, survey)
      meter()
    }
    await this.#run.reader.read(window.slices, { record }, this.#run.signal)
    this.#task.trial.flush()
  }

  /** Counts records, now and then aloud. As offsets have gaps, there may be fewer than was said. */
  #meter(ranges: readonly OffsetRange[]): () => void {
    const total = sizeOf(ranges)
    const passes = this.#pass - 1 + this.#cells.windowsFrom(this.#first, this.#positionsAtOnce)
    let done = 0
    return () => {
      if (done++ % REPORT_EVERY === 0) this.#run.progressed?.({ pass: this.#pass, passes, done, total })
    }
  }
}
