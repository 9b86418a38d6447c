import { metadataV9, protocolErrors, ResponseError, type Connection } from '@platformatic/kafka'
import type { PartitionState } from '../../topics/description.ts'

type Response = Awaited<ReturnType<typeof metadataV9.api.async>>

export interface TopicMetadata {
  readonly name: string
  readonly isInternal: boolean
  readonly errorCode: number
  /** Kafka's text for the code. */
  readonly error: string
  readonly partitions: readonly PartitionState[]
}

export interface Metadata {
  /** Their ids. */
  readonly brokers: readonly number[]
  readonly topics: readonly TopicMetadata[]
}

/**
 * What the brokers say of topics, or of all of them. The client's own `metadata` leaves out the internal ones, and answers
 * nothing at all while one partition has no leader, which is when somebody wants to know. Never creates a topic.
 */
export async function readMetadata(connection: Connection, topics: readonly string[] | null): Promise<Metadata> {
  const response = await ask(connection, topics)
  return {
    brokers: response.brokers.map(({ nodeId }) => nodeId),
    topics: response.topics.map(({ name, isInternal, errorCode, partitions }) => ({
      name,
      isInternal,
      errorCode,
      error: textOf(errorCode),
      partitions: partitions.map(({ leaderId, replicaNodes, isrNodes }) => ({
        hasLeader: leaderId >= 0,
        replicas: replicaNodes.length,
        inSync: isrNodes.length
      }))
    }))
  }
}

/** An error of one topic is thrown as one of the whole; the answer that it stands in comes with it. */
async function ask(connection: Connection, topics: readonly string[] | null): Promise<Response> {
  try {
    return await metadataV9.api.async(connection, topics && [...topics], false, false, false)
  } catch (error) {
    if (error instanceof ResponseError && error.response !== undefined) return error.response as Response
    throw error
  }
}

function textOf(code: number): string {
  return (
    Object.values(protocolErrors)
      .find(error => error.code === code)
      ?.message.replace(/\.$/, '') ?? `error ${code}`
  )
}
