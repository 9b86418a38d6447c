import type { CoreSettings } from '../config/options.ts'
import { outputsOf } from '../config/outputs.ts'
import type { AnyPipeline } from '../pipeline.ts'
import { Header, shapeOf } from '../slabs/layout.ts'
import { moveRecord } from '../slabs/move.ts'
import { SlabPool } from '../slabs/pool.ts'
import type { Slab } from '../slabs/slab.ts'
import { SlabWriter, type IncomingRecord } from '../slabs/writer.ts'
import type { TaskSchemas } from '../pool/protocol.ts'
import { createPlan, learnSchemas } from '../../workers/plan.ts'
import { BatchRunner } from '../../workers/run-batch.ts'

/** What a record's outcome is now, and the outputs, as `outputsOf` numbers them, that its rows would go to. */
export interface Decision {
  readonly outcome: number
  readonly outputs: readonly number[]
}

type Decided = (decision: Decision) => void

/**
 * Runs records through the pipeline once more, in this thread, to learn what should have come of them. Nothing is
 * written. It runs in batches: what was decided is told when one is full, and by `flush`.
 */
export class Trial {
  readonly #settings: CoreSettings
  readonly #runner: BatchRunner
  readonly #slabs: SlabPool
  readonly #nowMs: number
  readonly #metrics: number
  #slab: Slab
  #writer: SlabWriter
  #waiting: Decided[] = []

  /** `nowMs`: the instant by which a record's age is judged, milliseconds since 1970. */
  constructor(pipeline: AnyPipeline, settings: CoreSettings, nowMs: number, schemas?: TaskSchemas) {
    const plan = createPlan(pipeline, settings)
    // Nobody reads the rows, so they may carry any number.
    learnSchemas(plan, { writers: schemas?.writers ?? [], outputIds: Object.keys(pipeline.outputs).map(() => 0) })
    this.#settings = settings
    this.#runner = new BatchRunner(plan)
    this.#slabs = new SlabPool(1, shapeOf(settings.slabRecords, settings.slabBytes))
    this.#nowMs = nowMs
    this.#metrics = outputsOf(pipeline, settings).metrics
    this.#slab = this.#slabs.slabs[0]
    this.#writer = this.#begin()
  }

  /** Copies the record. Records with the same `epoch`, more than 0, are of the same partition. */
  add(epoch: number, record: IncomingRecord, decided: Decided): void {
    let neededBytes = this.#writer.append(epoch, record)
    if (neededBytes > 0 && this.#waiting.length > 0) {
      this.flush()
      neededBytes = this.#writer.append(epoch, record)
    }
    this.#waiting.push(decided)
    if (neededBytes > 0) this.#runAlone(epoch, record, neededBytes)
  }

  /** Runs what has been added. */
  flush(): void {
    const slab = this.#slab
    for (let from = 0; from < slab.records;) {
      const stopped = this.#run(slab, from, false)
      this.#tell(slab, from, stopped)
      if (stopped === from) this.#runLarge(from)
      from = Math.max(stopped, from + 1)
    }
    this.#writer = this.#begin()
  }

  #begin(): SlabWriter {
    this.#waiting = []
    this.#slab.clear()
    return new SlabWriter(this.#slab, this.#settings.maxRecordBytes)
  }

  #run(slab: Slab, from: number, lastResort: boolean): number {
    slab.clearOutput()
    this.#runner.run(slab, from, lastResort, this.#nowMs)
    return slab.header[Header.STOPPED_AT]
  }

  /** The rows of one record do not fit: as in the processor, it gets a slab where they do, or is a dead letter. */
  #runLarge(record: number): void {
    const slab = this.#slab
    const sizeBytes = slab.headersEnd[record] - slab.keyStart[record]
    let batch = 0
    while (slab.batchEnd(batch) <= record) batch++
    const topic = slab.topicOf(batch)
    const large = this.#slabs.overflow(sizeBytes + topic.length, this.#settings.maxOutputBytes)
    const source = { topic, partition: slab.batchPartition[batch], epoch: slab.batchEpoch[batch] }
    moveRecord(slab, record, source, large)
    this.#run(large, 0, true)
    this.#tell(large, 0, 1, record)
  }

  /** The record itself does not fit. */
  #runAlone(epoch: number, record: IncomingRecord, inputBytes: number): void {
    const large = this.#slabs.overflow(inputBytes, this.#settings.maxOutputBytes)
    new SlabWriter(large, this.#settings.maxRecordBytes).append(epoch, record)
    this.#run(large, 0, true)
    this.#tell(large, 0, 1)
    this.#waiting = []
  }

  /** `waiting`: which of those that wait has the record `from`, if that is not its place in the slab. */
  #tell(slab: Slab, from: number, end: number, waiting = from): void {
    let row = 0
    for (let record = from; record < end; record++) {
      const outputs: number[] = []
      for (; row < slab.rows && slab.rowRecord[row] === record; row++) {
        // A row of metrics is about the record and none of its own.
        if (slab.rowOutput[row] !== this.#metrics) outputs.push(slab.rowOutput[row])
      }
      this.#waiting[waiting + record - from]({ outcome: slab.outcome[record], outputs })
    }
  }
}
