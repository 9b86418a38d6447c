import type { BrokerKind, BrokerPlace } from './broker-kind.ts'
import { dockerKind } from './docker-kind.ts'
import { embeddedKind } from './embedded-kind.ts'
import { kafkaKind } from './kafka-kind.ts'
import { readState } from './state.ts'
import type { BrokerState } from './state.ts'

/** In the order in which they are tried. */
export const BROKER_KINDS: readonly BrokerKind[] = [dockerKind, kafkaKind, embeddedKind]

export interface RecordedBroker {
  kind: BrokerKind
  state: BrokerState
  /** false after a crash, a kill or a reboot: only the record is left. */
  exists: boolean
}

/** The broker that the state file names, and whether it is still there. */
export async function recordedBroker(place: BrokerPlace): Promise<RecordedBroker | undefined> {
  const state = readState(place.dir)
  const kind = BROKER_KINDS.find(({ name }) => name === state?.kind)
  if (!state || !kind) return undefined
  return { kind, state, exists: await kind.exists(state, place) }
}
