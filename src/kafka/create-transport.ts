import { SettingsError } from '../config/read-environment.ts'
import type { CoreSettings } from '../config/options.ts'
import type { Transport } from './ports.ts'
import type { ConfluentOptions } from './confluent/transport.ts'

export type CreateTransport = (options: ConfluentOptions) => Transport

/**
 * The transport that `TRANSPORT` asks for. Each brings an addon, and only the one that is used is loaded.
 *
 * @throws SettingsError if it must be the native one and that can't be had, and if `NATIVE_LIBRARY` names none: whoever
 * names a library wants that one.
 */
export async function transportFactory(
  { transport, nativeLibrary }: Pick<CoreSettings, 'transport' | 'nativeLibrary'>,
  warned: (text: string) => void
): Promise<CreateTransport> {
  if (transport !== 'kafka-javascript') {
    const native = await nativeFactory(nativeLibrary)
    if (typeof native !== 'string') return native
    if (transport === 'native') throw new SettingsError(`TRANSPORT=native can't be had: ${native}`)
    const quietly = 'TRANSPORT=kafka-javascript says that this is meant'
    warned(`TRANSPORT=auto uses kafka-javascript, which takes more CPU, because ${native}; ${quietly}`)
  }
  const { createConfluentTransport } = await import('./confluent/transport.ts')
  return createConfluentTransport
}

/** Answers why not where the native transport can't be had. */
async function nativeFactory(library: string | undefined): Promise<CreateTransport | string> {
  const { LibraryUnavailable, loadAddon, NativeUnavailable } = await import('./native/addon.ts')
  const { createNativeTransport } = await import('./native/transport.ts')
  try {
    const addon = loadAddon(library)
    return options => createNativeTransport(options, addon)
  } catch (error) {
    const { message } = error as Error
    if (error instanceof LibraryUnavailable && library !== undefined) {
      throw new SettingsError(`NATIVE_LIBRARY can't be used: ${message}`, { cause: error })
    }
    if (error instanceof NativeUnavailable) return message
    throw error
  }
}
