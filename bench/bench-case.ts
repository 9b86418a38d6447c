import type { Environment } from '../src/config/environment.ts'

/** What the logins of a run look like. Runs with the same shape read the same topic. */
export interface InputShape {
  readonly partitions: number
  /** Values are filled up to so many bytes; undefined leaves them as they are, about 210. */
  readonly valueBytes?: number
  /** The part of them, from 0 to 1, that becomes dead letters; undefined is the usual one in fifty. */
  readonly badShare?: number
  /** Headers of each record, as long as a trace's. */
  readonly headers: number
}

/** A program that does the login job. */
export interface Program {
  readonly name: string
  /** For the shell, run in the checkout. */
  readonly command: string
  readonly environment: Environment
}

/** One row of a scenario: a program, what it is given, and by which settings it differs from the others. */
export interface BenchCase extends Program {
  readonly input: InputShape
  readonly records: number
}

export const USUAL_INPUT: InputShape = { partitions: 6, headers: 0 }
