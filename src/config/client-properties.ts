import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { ClientSide, PassThrough } from './librdkafka.ts'
import type { CoreSettings } from './options.ts'

export type PropertyValue = string | number | boolean
/** librdkafka's properties, whichever binding they are given to. */
export type ClientProperties = Record<string, PropertyValue>

export interface CommandSettings {
  readonly settings: CoreSettings
  readonly passThrough: PassThrough
}

/** What the largest record gets around it in a request: the headers of a dead letter, the framing of a batch. */
const FRAMING_BYTES = 65_536

/** A record may become several rows; beyond these, `produce` is told that the queue is full and waits. */
const ROWS_A_RECORD = 4
/** More than the largest record there may be, which else could never be queued; far more than 40,000 logins. */
const PRODUCER_QUEUE_KBYTES = 65_536

/** How long the client waits for the rest of what it is just being given. */
const HAND_OVER_MS = 1

export function consumerProperties(settings: CoreSettings, passThrough: PassThrough): ClientProperties {
  return {
    ...connectionProperties(settings),
    'group.id': settings.groupId,
    ...groupProperties(settings),
    'max.poll.interval.ms': settings.maxPollIntervalMs,
    'auto.offset.reset': settings.autoOffsetReset,
    'enable.auto.commit': false,
    'enable.auto.offset.store': false,
    'enable.partition.eof': true,
    'isolation.level': 'read_committed',
    'queued.max.messages.kbytes': Math.floor(settings.fetchQueueBytes / 1024),
    // librdkafka bounds its queue by records, too, and takes 100,000 by itself: 30 MB more, and no faster.
    'queued.min.messages': Math.ceil(settings.maxInFlightRecords / 2),
    'fetch.message.max.bytes': fetchBytesOfPartition(settings),
    // By its default of a second, librdkafka looks only once a second whether a full queue has room again: at a rate
    // that empties the queue sooner, the workers would stand still for the rest of that second.
    'fetch.queue.backoff.ms': 10,
    'fetch.wait.max.ms': settings.fetchWaitMs,
    'fetch.min.bytes': settings.fetchMinBytes,
    ...passThrough.consumer
  }
}

/**
 * What one fetch may bring of one partition. It arrives compressed, and all of it goes into the queue however full that is,
 * several times as large: with librdkafka's 1 MB, six partitions took 60 MB more. Less than `FETCH_MIN_BYTES` would have
 * each fetch wait in vain for them.
 */
function fetchBytesOfPartition({ fetchQueueBytes, fetchMinBytes }: CoreSettings): number {
  return Math.max(Math.floor(fetchQueueBytes / 64), fetchMinBytes)
}

/** With `group.protocol=consumer` these are the brokers' to set, and the client refuses them. */
function groupProperties(settings: CoreSettings): ClientProperties {
  const classic = {
    'partition.assignment.strategy': settings.assignmentStrategy,
    'session.timeout.ms': settings.sessionTimeoutMs,
    'heartbeat.interval.ms': settings.heartbeatIntervalMs
  }
  return defined({
    'group.protocol': settings.groupProtocol,
    'group.instance.id': settings.groupInstanceId,
    ...(settings.groupProtocol === 'classic' ? classic : {})
  })
}

export function producerProperties(settings: CoreSettings, passThrough: PassThrough): ClientProperties {
  return {
    ...connectionProperties(settings),
    'enable.idempotence': true,
    acks: 'all',
    partitioner: 'murmur2_random',
    'compression.type': settings.compression,
    'linger.ms': clientLingerMs(settings),
    'batch.size': settings.batchBytes,
    // Only bytes bound a batch: with librdkafka's 10,000 records, small ones would never fill it.
    'batch.num.messages': 1_000_000,
    'message.max.bytes': largestBatchBytes(settings),
    'queue.buffering.max.messages': settings.maxInFlightRecords * ROWS_A_RECORD,
    'queue.buffering.max.kbytes': PRODUCER_QUEUE_KBYTES,
    ...deliveryProperties(settings),
    ...passThrough.producer
  }
}

/** At least once, rows wait before they are handed over (`Linger`); then one hand-over is to become one batch. */
function clientLingerMs({ delivery, lingerMs }: CoreSettings): number {
  return delivery === 'exactly-once' ? lingerMs : Math.min(lingerMs, HAND_OVER_MS)
}

/** What a topic has to take, too (`max.message.bytes`). */
export function largestBatchBytes({ maxRecordBytes, maxOutputBytes }: CoreSettings): number {
  return Math.max(maxRecordBytes, maxOutputBytes) + FRAMING_BYTES
}

/** A row that outlives its transaction could never be part of it, so the client refuses a longer delivery timeout. */
function deliveryProperties(settings: CoreSettings): ClientProperties {
  const { delivery, deliveryTimeoutMs, transactionTimeoutMs } = settings
  if (delivery === 'at-least-once') return { 'delivery.timeout.ms': deliveryTimeoutMs }
  return {
    'delivery.timeout.ms': Math.min(deliveryTimeoutMs, transactionTimeoutMs),
    'transactional.id': transactionalId(settings),
    'transaction.timeout.ms': transactionTimeoutMs
  }
}

/** A new one at each start unless it is set, so that copies on one host never fence each other. */
function transactionalId({ groupId, instanceId }: CoreSettings): string {
  return `${groupId}-${instanceId ?? `${hostname()}-${randomBytes(6).toString('hex')}`}`
}

/** What every client needs to reach the brokers. */
export function connectionProperties(settings: CoreSettings): ClientProperties {
  return defined({
    'bootstrap.servers': settings.brokers,
    'client.id': settings.clientId,
    // Load balancers and NAT forget connections that are silent for minutes.
    'socket.keepalive.enable': true,
    // Small requests go at once; older versions of the client let TCP hold them back by default.
    'socket.nagle.disable': true,
    'security.protocol': settings.securityProtocol.toLowerCase(),
    'sasl.mechanism': settings.saslMechanism === 'none' ? undefined : settings.saslMechanism,
    'sasl.username': settings.saslUsername,
    'sasl.password': settings.saslPassword,
    'ssl.ca.location': settings.sslCaFile,
    'ssl.certificate.location': settings.sslCertificateFile,
    'ssl.key.location': settings.sslKeyFile,
    'ssl.key.password': settings.sslKeyPassword
  })
}

/** What the clients of a command get, which may need more to reach the brokers than there are settings for. */
export function commandProperties({ settings, passThrough }: CommandSettings, side: ClientSide): ClientProperties {
  return { ...connectionProperties(settings), ...passThrough[side] }
}

function defined(properties: Readonly<Record<string, PropertyValue | undefined>>): ClientProperties {
  const set = Object.entries(properties).filter((entry): entry is [string, PropertyValue] => entry[1] !== undefined)
  return Object.fromEntries(set)
}
