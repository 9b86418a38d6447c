import { nearest } from './edit-distance.ts'
import type { Environment } from './environment.ts'
import { consumerOnlyProperties, producerOnlyProperties, sharedProperties } from './librdkafka-properties.ts'
import { environmentName } from './option.ts'
import type { CoreOptions } from './options.ts'
import type { Objection, Problem } from './problem.ts'

export type ClientSide = 'consumer' | 'producer'
export type Properties = Readonly<Record<string, string>>
export type PassThrough = Readonly<Record<ClientSide, Properties>>

/** The properties that an option sets, librdkafka's aliases included: of two aliases the last one set would win. */
export const typedProperties: { readonly [Option in keyof CoreOptions]?: readonly string[] } = {
  brokers: ['bootstrap.servers', 'metadata.broker.list'],
  clientId: ['client.id'],
  securityProtocol: ['security.protocol'],
  saslMechanism: ['sasl.mechanism', 'sasl.mechanisms'],
  saslUsername: ['sasl.username'],
  saslPassword: ['sasl.password'],
  sslCaFile: ['ssl.ca.location'],
  sslCertificateFile: ['ssl.certificate.location'],
  sslKeyFile: ['ssl.key.location'],
  sslKeyPassword: ['ssl.key.password'],
  groupId: ['group.id'],
  autoOffsetReset: ['auto.offset.reset'],
  maxOutputBytes: ['message.max.bytes'],
  lingerMs: ['linger.ms', 'queue.buffering.max.ms'],
  batchBytes: ['batch.size'],
  compression: ['compression.type', 'compression.codec'],
  deliveryTimeoutMs: ['delivery.timeout.ms', 'message.timeout.ms'],
  fetchQueueBytes: ['queued.max.messages.kbytes'],
  fetchWaitMs: ['fetch.wait.max.ms'],
  fetchMinBytes: ['fetch.min.bytes'],
  sessionTimeoutMs: ['session.timeout.ms'],
  heartbeatIntervalMs: ['heartbeat.interval.ms'],
  maxPollIntervalMs: ['max.poll.interval.ms'],
  groupProtocol: ['group.protocol'],
  assignmentStrategy: ['partition.assignment.strategy'],
  groupInstanceId: ['group.instance.id'],
  transactionTimeoutMs: ['transaction.timeout.ms'],
  instanceId: ['transactional.id']
}

const COMMITS =
  'an offset is committed only when all that came of its record is acknowledged, and Millrace does that itself'
const REBALANCE = 'GROUP_PROTOCOL and ASSIGNMENT_STRATEGY say how partitions are shared out'
const ACKNOWLEDGED = 'nothing lost and order kept depend on an idempotent producer that waits for all replicas'
const RETRIES = 'retries end with DELIVERY_TIMEOUT_MS; fewer would give records up'
const ARRIVED = 'what has arrived, by which offsets are committed, is told by reports and statistics'

/** Properties that Millrace's guarantees rest on, each with the reason why it can't be set. */
export const ownedProperties: Readonly<Record<string, string>> = {
  'enable.auto.commit': COMMITS,
  'auto.commit.enable': COMMITS,
  'auto.commit.interval.ms': COMMITS,
  'enable.auto.offset.store': COMMITS,
  'offset.store.method': COMMITS,
  'offset.store.path': COMMITS,
  'offset.store.sync.interval.ms': COMMITS,
  'enable.partition.eof': 'the end of a partition is how the lag of an idle one is known to be 0',
  'isolation.level': 'records of aborted transactions never happened and must not be processed',
  'group.protocol.type': REBALANCE,
  'group.remote.assignor': REBALANCE,
  'enable.idempotence': ACKNOWLEDGED,
  acks: ACKNOWLEDGED,
  'request.required.acks': ACKNOWLEDGED,
  'queuing.strategy': ACKNOWLEDGED,
  'enable.gapless.guarantee': 'Millrace sets it, and replaces the producer that it stops',
  retries: RETRIES,
  'message.send.max.retries': RETRIES,
  'delivery.report.only.error': ARRIVED,
  'statistics.interval.ms': ARRIVED,
  partitioner: 'keys must land on the partitions where Java clients put them'
}

const sides = { consumer: 'LIBRDKAFKA_CONSUMER_', producer: 'LIBRDKAFKA_PRODUCER_' } as const
const others = { consumer: 'producer', producer: 'consumer' } as const
const allowed = {
  consumer: new Set([...sharedProperties, ...consumerOnlyProperties]),
  producer: new Set([...sharedProperties, ...producerOnlyProperties])
}

const optionOfProperty: ReadonlyMap<string, string> = new Map(
  Object.entries(typedProperties).flatMap(([option, names]) =>
    names.map(name => [name, environmentName(option)] as const)
  )
)

/** The variable that passes a property to a client: `LIBRDKAFKA_CONSUMER_FETCH_MAX_BYTES` for `fetch.max.bytes`. */
export function passThroughName(side: ClientSide, property: string): string {
  return sides[side] + property.replaceAll('.', '_').toUpperCase()
}

/** Takes the properties that are meant for the clients themselves; refuses what Millrace sets. Values are never shown. */
export function readPassThrough(environment: Environment): { properties: PassThrough; problems: readonly Problem[] } {
  const consumer = readSide(environment, 'consumer')
  const producer = readSide(environment, 'producer')
  return {
    properties: { consumer: consumer.properties, producer: producer.properties },
    problems: [...consumer.problems, ...producer.problems]
  }
}

function readSide(environment: Environment, side: ClientSide): { properties: Properties; problems: Problem[] } {
  const properties: Record<string, string> = {}
  const problems: Problem[] = []
  for (const [name, value] of Object.entries(environment)) {
    const property = name.slice(sides[side].length).toLowerCase().replaceAll('_', '.')
    if (!name.startsWith(sides[side]) || property === '' || !value) continue
    const option = optionOfProperty.get(property)
    const objection = object(side, property, option)
    if (objection) problems.push({ settings: option ? [name, option] : [name], ...objection })
    else properties[property] = value
  }
  return { properties, problems }
}

function object(side: ClientSide, property: string, option: string | undefined): Objection | undefined {
  if (option !== undefined) {
    return { wrong: `both set librdkafka's ${property}`, remedy: `set ${option}, and unset the other` }
  }
  if (Object.hasOwn(ownedProperties, property)) {
    return { wrong: `${property} is not to be set: ${ownedProperties[property]}`, remedy: 'unset it' }
  }
  if (allowed[side].has(property)) return undefined
  const other = others[side]
  if (allowed[other].has(property)) {
    return { wrong: `is a property of the ${other}`, remedy: `write ${passThroughName(other, property)}, or unset it` }
  }
  const meant = nearest(property, allowed[side], 2)
  const remedy = meant ? `perhaps ${passThroughName(side, meant)} is meant` : 'see the CONFIGURATION.md of librdkafka'
  return { wrong: `librdkafka has no property ${property}`, remedy }
}
