import { existsSync, readFileSync } from 'node:fs'
import type { Environment } from '../config/environment.ts'

/** What `make up` wrote of the broker that it started for this checkout. */
interface BrokerRecord {
  readonly bootstrap: string
  readonly simulated: boolean
}

export interface LocalBroker {
  /** The environment with `BROKERS` in it, and `SCHEMA_REGISTRY_URL` if there is one. */
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
  const added = { BROKERS: bootstrap, ...registryOf(environment) }
  return { environment: { ...environment, ...added }, ours: true, simulated }
}

/** The schema registry that `make up` started beside the broker, unless the user has one. */
function registryOf({ SCHEMA_REGISTRY_URL: given }: Environment): Environment {
  const file = '.kafka/registry.json'
  if (given || !existsSync(file)) return {}
  return { SCHEMA_REGISTRY_URL: (JSON.parse(readFileSync(file, 'utf8')) as { url: string }).url }
}

function readRecord(): BrokerRecord {
  try {
    return JSON.parse(readFileSync('.kafka/broker.json', 'utf8')) as BrokerRecord
  } catch {
    throw new Error('there is no broker: start one with `make up`, or name yours with BROKERS=host:9092')
  }
}
