import type { AnyPipeline } from '../pipeline.ts'
import type { CoreSettings } from './options.ts'
import { pipelineOptions } from './options.ts'
import { outputsOf } from './outputs.ts'
import { deadlineWarnings } from './rules/deadlines.ts'
import { outputWarnings } from './rules/outputs.ts'

/** What works but is probably not meant: logged at start, each a sentence that names the settings. */
export function findWarnings(settings: CoreSettings, pipeline: AnyPipeline): string[] {
  const single = [
    ...openPassword(settings),
    ...openRegistryPassword(settings),
    ...idleClock(settings),
    ...deadlineWarnings(settings),
    ...outputWarnings(settings)
  ]
  const own = [...sharedTopics(settings, pipeline), ...single]
  return [...own, ...(pipeline.warnings?.(pipelineOptions(settings, pipeline)) ?? [])]
}

function sharedTopics(settings: CoreSettings, pipeline: AnyPipeline): string[] {
  const { topics } = outputsOf(pipeline, settings)
  const shared = new Set(topics.filter((topic, index) => topics.indexOf(topic) !== index))
  return [...shared].map(
    topic =>
      `Topic ${topic} takes more than one of OUTPUT_TOPIC, DLQ_TOPIC and CLEANED_TOPIC: its readers must tell them apart.`
  )
}

function openPassword({ securityProtocol, saslMechanism }: CoreSettings): string[] {
  if (securityProtocol !== 'SASL_PLAINTEXT' || saslMechanism !== 'PLAIN') return []
  return ['SECURITY_PROTOCOL=SASL_PLAINTEXT with SASL_MECHANISM=PLAIN sends the password unencrypted.']
}

function openRegistryPassword(settings: CoreSettings): string[] {
  const { schemaRegistryUrl: url, schemaRegistryUsername: user, schemaRegistryToken: token } = settings
  if (!url?.startsWith('http://') || (user === undefined && token === undefined) || isLocal(url)) return []
  return ['SCHEMA_REGISTRY_URL begins with http://, so that the password or token is sent unencrypted.']
}

function isLocal(url: string): boolean {
  return /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])([:/]|$)/.test(url)
}

function idleClock({ ageClock, maxRecordAgeMs }: CoreSettings): string[] {
  return ageClock === 'event' && maxRecordAgeMs === 0
    ? ['AGE_CLOCK=event changes nothing while MAX_RECORD_AGE_MS is 0.']
    : []
}
