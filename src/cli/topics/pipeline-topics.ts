import { readFileSync } from 'node:fs'
import type { CoreSettings } from '../../config/options.ts'
import { readEnvironment, SettingsError } from '../../config/read-environment.ts'
import type { TopicAdmin } from '../../kafka/topic-admin.ts'
import type { AnyPipeline } from '../../pipeline.ts'
import { OFFSETS_TOPIC, TRANSACTIONS_TOPIC, type ClusterDescription } from '../../topics/description.ts'
import { topicRoles, type RoleOfTopic } from '../../topics/roles.ts'
import type { CommandContext } from '../command.ts'
import { localBroker } from '../local-broker.ts'
import { OpenClients } from '../open-clients.ts'

/** What all of these commands begin with: the topics of the pipeline, as they are. */
export interface PipelineTopics {
  readonly settings: CoreSettings
  readonly pipeline: AnyPipeline
  readonly roles: readonly RoleOfTopic[]
  readonly cluster: ClusterDescription
  readonly admin: TopicAdmin
}

/** @throws SettingsError */
export async function withPipelineTopics(
  { environment, onUnclosed }: CommandContext,
  use: (topics: PipelineTopics) => Promise<number>
): Promise<number> {
  const broker = localBroker(environment)
  if (broker.simulated) throw new Error('the simulated broker has no settings of topics')
  const { settings, pipeline, passThrough } = await readEnvironment(broker.environment)
  const clients = new OpenClients(onUnclosed)
  try {
    const admin = await clients.connect(await adminOf(settings, passThrough.consumer))
    const roles = topicRoles(settings, pipeline, await admin.topicNames())
    const cluster = await describeAll(admin, roles)
    return await use({ settings, pipeline, roles, cluster, admin })
  } finally {
    await clients.close()
  }
}

export function describeAll(admin: TopicAdmin, roles: readonly RoleOfTopic[]): Promise<ClusterDescription> {
  const names = new Set(roles.map(({ topic }) => topic))
  return admin.describe([...names, OFFSETS_TOPIC, TRANSACTIONS_TOPIC])
}

/** The client of these commands alone, so only they load it. */
async function adminOf(settings: CoreSettings, properties: Readonly<Record<string, string>>): Promise<TopicAdmin> {
  const { connectionOptions, refusalOf } = await import('../../kafka/platformatic/connection-options.ts')
  const refusal = refusalOf(settings, properties)
  if (refusal !== undefined) throw new SettingsError(refusal)
  const options = readOptions(() => connectionOptions(settings, properties, path => readFileSync(path, 'utf8')))
  const { PlatformaticAdmin } = await import('../../kafka/platformatic/admin.ts')
  return new PlatformaticAdmin(options)
}

/** What goes wrong here are the files of certificates and keys. */
function readOptions<Options>(read: () => Options): Options {
  try {
    return read()
  } catch (error) {
    throw new SettingsError((error as Error).message, { cause: error })
  }
}
