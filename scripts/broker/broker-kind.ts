import type { BrokerKindName, BrokerState } from './state.ts'
import type { StepLine } from './step-line.ts'

/** Where a broker of this checkout lives. */
export interface BrokerPlace {
  /** The checkout. */
  root: string
  /** Its .kafka folder: the state file, the jars, the data, the logs. */
  dir: string
}

export interface StartRequest extends BrokerPlace {
  port: number
  /** Records the broker before it is ready. */
  record: (state: BrokerState) => void
}

/** One way to have a broker. Tried in the order docker, kafka, embedded. */
export interface BrokerKind {
  name: BrokerKindName
  /** How it is called in messages. */
  title: string
  /** Why it can't be used on this machine; undefined if it can. */
  obstacle(place: BrokerPlace): Promise<string | undefined>
  /** Fetches what it needs. If this fails, the next kind is tried. */
  prepare(place: BrokerPlace, step: StepLine): Promise<void>
  /** Resolves when the broker answers. */
  start(request: StartRequest): Promise<BrokerState>
  /** The text after the check mark. */
  describe(state: BrokerState): string
  /** Whether the recorded broker still exists and is this checkout's, whether or not it answers. */
  exists(state: BrokerState, place: BrokerPlace): Promise<boolean>
  /** Ends it and keeps its data. */
  stop(state: BrokerState, place: BrokerPlace): Promise<void>
}
