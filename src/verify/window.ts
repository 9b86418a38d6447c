import { RULE_HEADER } from '../dead-letters/headers.ts'
import type { OffsetRange, RangeRecord } from '../kafka/range-reader.ts'
import { DEAD_LETTER, EXPIRED, FILTERED, PROCESSED } from '../slabs/outcomes.ts'
import { parseSource, SOURCE_HEADER } from '../slabs/source-header.ts'
import type { Cells } from './cells.ts'
import { RecordLedger } from './record-ledger.ts'
import { RowOrder } from './row-order.ts'
import type { Survey } from './survey.ts'
import type { VerifyTask } from './task.ts'

const AGE_RULE = Buffer.from('age')

/** Some cells of the input, looked at together: takes rows and records in, in the order in which they are read. */
export class Window {
  readonly ledger: RecordLedger
  readonly order: RowOrder
  /** Of each input, the offsets that are looked at. */
  readonly slices: readonly OffsetRange[]
  readonly #task: VerifyTask
  readonly #cells: Cells
  readonly #first: number
  readonly #inputs = new Map<string, Map<number, number>>()

  constructor(task: VerifyTask, cells: Cells, first: number, end: number) {
    this.slices = cells.slices(first, end)
    this.ledger = new RecordLedger(this.slices, task.rowsAtOnce)
    this.order = new RowOrder(task.inputs.length, task.outputs.length, task.shown, record =>
      this.ledger.addLate(record)
    )
    this.#task = task
    this.#cells = cells
    this.#first = first
    task.inputs.forEach(({ topic, partition }, index) => {
      const partitions = this.#inputs.get(topic) ?? new Map<number, number>()
      this.#inputs.set(topic, partitions.set(partition, index))
    })
  }

  /** A row of an output partition. `survey` is given while it is being made. */
  addRow(output: number, record: RangeRecord, survey: Survey | undefined): void {
    survey?.addOffset(output, record.offset)
    const header = record.lastHeader(SOURCE_HEADER)
    const source = header && parseSource(header)
    if (source === undefined) return survey?.addUntraced(output)
    const input = this.#inputs.get(source.topic)?.get(source.partition)
    if (input === undefined) {
      if (survey !== undefined) survey.foreign++
      return
    }
    const { offset, row, rows } = source
    const cell = this.#cells.of(input, offset)
    survey?.addTraced(input, output, offset, cell, record.offset)
    if (cell < this.#first) return
    const index = this.ledger.indexOf(input, offset)
    const outcome = this.#outcomeOf(output, record)
    const isNew = index >= 0 && this.ledger.addRow(index, { row, rows, destination: output, outcome })
    this.order.visit(input, output, offset, row, record.offset, isNew ? index : -1)
  }

  /** A record of an input. What should have come of one without rows is told later, by the trial. */
  addRecord(input: number, record: RangeRecord, survey: Survey): void {
    const { offset } = record
    const index = this.ledger.indexOf(input, offset)
    if (this.ledger.addRecord(index)) return
    this.#task.trial.add(input + 1, record, ({ outcome, outputs }) => {
      if (outputs.length === 0) this.ledger.decide(index, outcome)
      else if (survey.mayHide(input, offset, outputs)) this.ledger.doubt(index)
    })
  }

  #outcomeOf(output: number, record: RangeRecord): number {
    switch (this.#task.outputs[output].kind) {
      case 'processed':
        return PROCESSED
      case 'dead-letter':
        return DEAD_LETTER
      case 'cleaned': {
        const rule = record.lastHeader(RULE_HEADER)
        return rule !== undefined && AGE_RULE.equals(rule) ? EXPIRED : FILTERED
      }
    }
  }
}
