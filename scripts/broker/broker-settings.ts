import { BROKER_KINDS } from './broker-kinds.ts'
import type { BrokerKind } from './broker-kind.ts'
import { CurableError } from './failure.ts'

export const DEFAULT_PORT = 9092

export interface BrokerSettings {
  /** BROKER: the one kind to use. Without it, the first that can be used. */
  kind?: BrokerKind
  /** BROKER_PORT: the one port to use. Without it, the first free one from 9092 on. */
  port?: number
}

/** @throws Error which names the setting and what it may be. */
export function brokerSettings(environment: NodeJS.ProcessEnv): BrokerSettings {
  return { kind: kindNamed(environment.BROKER), port: portFrom(environment.BROKER_PORT) }
}

function kindNamed(name: string | undefined): BrokerKind | undefined {
  if (!name) return undefined
  const kind = BROKER_KINDS.find(known => known.name === name)
  const names = BROKER_KINDS.map(known => known.name).join(', ')
  if (!kind)
    throw new CurableError(`BROKER is '${name}'`, `choose one of ${names}; a cluster of your own goes into BROKERS`)
  return kind
}

function portFrom(text: string | undefined): number | undefined {
  if (!text) return undefined
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new CurableError(`BROKER_PORT is '${text}'`, 'give a number from 1 to 65535')
  return port
}
