import { encryptionKeyIds, holdsExampleKey } from '../../dead-letters/encryption/keys.ts'
import type { AnyPipeline } from '../../pipeline.ts'
import { shown } from '../problem.ts'
import type { Rule } from '../rules.ts'

const NEW_KEY = 'for a new key: openssl rand -base64 32'

/** Encryption that only seems to be one is worse than none. */
export const deadLetterRules: readonly Rule[] = [
  {
    settings: ['dlqMasking', 'dlqEncryptionKeys'],
    holds: ({ dlqMasking, dlqEncryptionKeys }) => dlqMasking === 'off' || dlqEncryptionKeys !== undefined,
    wrong: () => 'personal data in dead letters is to be encrypted, and there is no key',
    remedy: `set DLQ_ENCRYPTION_KEYS to name:key; ${NEW_KEY}`
  },
  {
    settings: ['dlqEncryptionKeys'],
    holds: ({ dlqEncryptionKeys }) => nameGivenTwice(dlqEncryptionKeys) === undefined,
    wrong: ({ dlqEncryptionKeys }) => `two keys are called ${shown(nameGivenTwice(dlqEncryptionKeys) ?? '')}`,
    remedy: 'give each key a name of its own, which it keeps'
  },
  {
    settings: ['dlqEncryptionKeys'],
    holds: ({ dlqEncryptionKeys }) => !holdsExampleKey(dlqEncryptionKeys),
    wrong: () => 'holds the key of the documentation, which everybody knows',
    remedy: NEW_KEY
  },
  {
    settings: ['dlqMasking'],
    holds: ({ dlqMasking }, pipeline) => dlqMasking === 'off' || unknownPersonal(pipeline) === undefined,
    wrong: (_settings, pipeline) =>
      `the pipeline calls ${shown(unknownPersonal(pipeline) ?? '')} personal, which is no field of its schema`,
    remedy: 'name it in input.personal as it is called in input.schema'
  }
]

function nameGivenTwice(setting: string | undefined): string | undefined {
  const ids = encryptionKeyIds(setting)
  return ids.find((id, index) => ids.indexOf(id) !== index)
}

function unknownPersonal({ input }: AnyPipeline): string | undefined {
  return input.personal?.find(field => !Object.hasOwn(input.schema.properties, field))
}
