import { topic, type ClusterChanges } from './cluster.ts'

type Environment = Readonly<Record<string, string>>

export const LARGE = { 'max.message.bytes': '5000000' }
export const HOUR_MS = 3_600_000
export const WEEK_MS = 7 * 24 * HOUR_MS

/** One that takes the largest output. */
export const large = (config: Environment) => topic({ config: { ...LARGE, ...config } })

/** Both outputs of the pipeline. */
export const both = (config: Environment) => ({ 'loud-words': large(config), 'late-words': large(config) })

/** What a rule finds, and where it just does not. */
export interface Case {
  readonly rule: string
  /** What it is about, and what is found of it: this and nothing else. */
  readonly fires: readonly [changes: ClusterChanges, found: readonly string[], environment?: Environment]
  /** Just not. */
  readonly quiet: readonly [changes: ClusterChanges, environment?: Environment]
}
