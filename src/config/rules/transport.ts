import type { Rule } from '../rules.ts'

/** What only one of the transports has. */
export const transportRules: readonly Rule[] = [
  {
    settings: ['nativeLibrary', 'transport'],
    holds: settings => settings.nativeLibrary === undefined || settings.transport !== 'kafka-javascript',
    wrong: () => 'kafka-javascript always uses the librdkafka that it was built with',
    remedy: 'set TRANSPORT=native, or unset NATIVE_LIBRARY'
  }
]
