import type { OffsetRange } from '../kafka/range-reader.ts'
import type { IncomingRecord } from '../slabs/writer.ts'
import type { Decision } from './trial.ts'

/** What rows in a topic say of their record: `processed`, `dead-letter`, or `cleaned` for filtered and expired ones. */
export type OutputKind = 'processed' | 'dead-letter' | 'cleaned'

/** What there is to read of an output partition. */
export interface OutputRange extends OffsetRange {
  readonly kind: OutputKind
  /** Its beginning was deleted, and rows of the records that are looked at may have been in it. */
  readonly cut: boolean
}

/** What is held against what. */
export interface VerifyTask {
  readonly inputs: readonly OffsetRange[]
  readonly outputs: readonly OutputRange[]
  /** The topic of each output, as `outputsOf` numbers them. */
  readonly topics: readonly string[]
  /** Says what should have come of a record of which nothing is there; see `Trial`. */
  readonly trial: {
    add(epoch: number, record: IncomingRecord, decided: (decision: Decision) => void): void
    flush(): void
  }
  /** Rows that do not say where they come from are somebody else's, and nothing is missing because of them. */
  readonly ignoreUntraced: boolean
  /** How many stretches of records are told one by one, of each kind of finding. */
  readonly shown: number
  /** Offsets of the input that are looked at together: 9 bytes each. */
  readonly positionsAtOnce: number
  /** Rows, of records with several, that are looked at together: 4 bytes each. */
  readonly rowsAtOnce: number
}

/** It can't be told whether anything is wrong; the message says why and what to do. */
export class VerifyRefusal extends Error {
  override readonly name = 'VerifyRefusal'
}
