import type { CoreSettings } from '../config/options.ts'
import type { RegistryAccess } from './http-client.ts'

/** Undefined where no registry is set. */
export function registryAccess(settings: CoreSettings): RegistryAccess | undefined {
  const { schemaRegistryUrl: url } = settings
  if (url === undefined) return undefined
  return {
    url,
    username: settings.schemaRegistryUsername,
    password: settings.schemaRegistryPassword,
    token: settings.schemaRegistryToken,
    caFile: settings.schemaRegistryCaFile,
    certFile: settings.schemaRegistryCertFile,
    keyFile: settings.schemaRegistryKeyFile,
    timeoutMs: settings.schemaRegistryTimeoutMs
  }
}
