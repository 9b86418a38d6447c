import type { CoreSettings } from '../config/options.ts'
import type { ClusterDescription, TopicDescription } from './description.ts'
import type { TopicRole } from './roles.ts'

/** What the checks hold against each other. */
export interface World {
  readonly settings: CoreSettings
  readonly cluster: ClusterDescription
  /** The topics that are read, as far as they exist. */
  readonly inputs: readonly TopicDescription[]
  readonly deadLetters: TopicDescription | undefined
}

/** A topic in one of its roles. */
export interface Subject extends TopicDescription {
  readonly topic: string
  readonly role: TopicRole
}

/** `unsafe`: a promise does not hold. `note`: it does, and there is something to know about it. */
export type Severity = 'unsafe' | 'note'

/** A check of a topic in one role. A table of these says all; a new one is a new entry. */
export interface TopicRule {
  /** For a search in docs/topics.md. */
  readonly name: string
  readonly severity: Severity
  /** What is wrong; undefined if nothing is, or it can't be known. Continues the sentence that the topic's name begins. */
  find(subject: Subject, world: World): string | undefined
  readonly why: string
  /** What to do, as an order. */
  remedy(subject: Subject, world: World): string
}

/** A check of the brokers. */
export interface ClusterRule {
  readonly name: string
  readonly severity: Severity
  find(world: World): string | undefined
  readonly why: string
  remedy(world: World): string
}

export interface Finding {
  readonly rule: string
  readonly severity: Severity
  /** Undefined if it is about the brokers. */
  readonly topic: string | undefined
  readonly roles: readonly string[]
  readonly wrong: string
  readonly why: string
  readonly remedy: string
}

/** How a setting of a topic is changed, by Kafka's own tool: other ways depend on who runs the cluster. */
export function setTo(topic: string, config: string): string {
  return `kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config ${config}`
}
