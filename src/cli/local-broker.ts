import { readFileSync } from 'node:fs'
import type { Environment } from '../config/environment.ts'

/** What `make up` wrote of the broker that it started for this checkout. */
interface BrokerRecord {
  readonly bootstrap: string
  readonly simulated: boolean
}

export interface LocalBroker {
  /** The environment with `BROKERS` in it. */
  readonly environment: Environment
  /** Of this checkout, not the user's own cluster. */
  readonly ours: boolean
  /** The broker inside librdkafka: no offsets to ask for, four partitions a topic, little memory. */
  readonly simulated: boolean
}

/** The user's cluster if `BROKERS` names one, else the broker of this checkout. */
export function localBroker(environment: Environment): LocalBroker {
  if (environment.BROKERS) return { environment, ours: false, simulated: false }
  const { bootstrap, simulated } = readRecord()
  return { environment: { ...environment, BROKERS: bootstrap }, ours: true, simulated }
}

function readRecord(): BrokerRecord {
  try {
    return JSON.parse(readFileSync('.kafka/broker.json', 'utf8')) as BrokerRecord
  } catch {
    throw new Error('there is no broker: start one with `make up`, or name yours with BROKERS=host:9092')
  }
}
