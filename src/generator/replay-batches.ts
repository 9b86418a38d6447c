import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { BulkProducer } from '../kafka/confluent/bulk-producer.ts'
import type { BatchSource, ReadyBatch } from './batch-source.ts'
import { LineSplitter } from './line-splitter.ts'
import { BATCH_RECORDS, PackedBatch } from './packed-batch.ts'
import { readReplayLine, type ReplayLine } from './replay-line.ts'

const PIECE_BYTES = 1 << 20
/** The client takes it for the moment at which the record is handed over. */
const NOW = 0

export interface ReplayTerms {
  readonly file: string
  /** How often; 0 is without end. */
  readonly loops: number
  readonly maxRecordBytes: number
}

/** The lines of a file. Empty ones are passed over. */
export class ReplayBatches implements BatchSource {
  readonly #terms: ReplayTerms
  readonly #fileBytes: number
  readonly #batch: PackedBatch
  readonly #lines: AsyncGenerator<ReplayLine[]>
  /** Read, and not in a batch yet. */
  #waiting: ReplayLine[] = []
  #place = 0
  #readBytes = 0

  /** @throws if the file is not there, or is none. */
  static async open(terms: ReplayTerms): Promise<ReplayBatches> {
    const found = await stat(terms.file)
    if (!found.isFile()) throw new Error('it is not a file')
    return new ReplayBatches(terms, found.size)
  }

  private constructor(terms: ReplayTerms, fileBytes: number) {
    this.#terms = terms
    this.#fileBytes = fileBytes
    // A key may have been taken out of its value, and be nearly as long.
    this.#batch = PackedBatch.allocate(2 * terms.maxRecordBytes + PIECE_BYTES)
    this.#lines = this.#read()
  }

  /** What part has been read, by bytes, as nobody knows how many lines there are; undefined where there is no end. */
  share(): number | undefined {
    const { loops } = this.#terms
    return loops === 0 || this.#fileBytes === 0 ? undefined : this.#readBytes / (this.#fileBytes * loops)
  }

  async next(): Promise<ReadyBatch | undefined> {
    const batch = this.#batch
    batch.clear()
    do {
      while (this.#place < this.#waiting.length && hasRoom(batch, this.#waiting[this.#place])) {
        const { key, value } = this.#waiting[this.#place++]
        batch.add(key, value, NOW)
      }
      if (this.#place < this.#waiting.length) break
    } while (await this.#readOn())
    if (batch.count === 0) return undefined
    return {
      count: batch.count,
      send: (index, producer: BulkProducer) => batch.send(index, producer, undefined),
      release: () => undefined
    }
  }

  async close(): Promise<void> {
    await this.#lines.return(undefined)
  }

  async #readOn(): Promise<boolean> {
    const { done, value } = await this.#lines.next()
    this.#waiting = done ? [] : value
    this.#place = 0
    return !done
  }

  async *#read(): AsyncGenerator<ReplayLine[]> {
    // Opening a small file takes longer than sending what it holds.
    const isSmall = this.#fileBytes <= PIECE_BYTES
    let kept: ReplayLine[] = []
    for (let left = this.#terms.loops || Infinity; left > 0; left--) {
      if (kept.length > 0) {
        this.#readBytes += this.#fileBytes
        yield kept
        continue
      }
      let records = 0
      const first: ReplayLine[] = []
      for await (const lines of this.#readFile()) {
        records += lines.length
        yield lines
        if (isSmall) first.push(...lines)
      }
      kept = first
      // Nothing will come of it next time either, and where it is read without end nobody would see.
      if (records === 0) return
    }
  }

  /** The lines that each piece of the file completes, of a small file all at once. */
  async *#readFile(): AsyncGenerator<ReplayLine[]> {
    const { file, maxRecordBytes } = this.#terms
    const splitter = new LineSplitter(maxRecordBytes)
    let lines: ReplayLine[] = []
    for await (const piece of createReadStream(file, { highWaterMark: PIECE_BYTES })) {
      if (lines.length > 0) yield lines
      lines = linesOf(splitter.push(piece as Buffer))
      this.#readBytes += (piece as Buffer).length
    }
    const last = splitter.end()
    if (last !== undefined) lines.push(readReplayLine(last))
    if (lines.length > 0) yield lines
  }
}

function linesOf(lines: Iterable<Buffer>): ReplayLine[] {
  const records: ReplayLine[] = []
  for (const line of lines) if (line.length > 0) records.push(readReplayLine(line))
  return records
}

function hasRoom(batch: PackedBatch, { key, value }: ReplayLine): boolean {
  return batch.count < BATCH_RECORDS && value.length + (key?.length ?? 0) <= batch.freeBytes
}
