import { ENCRYPTION_KEYS, EXAMPLE_KEYS } from '../../dead-letters/encryption/keys.ts'
import type { OptionTable } from '../option.ts'

const section = 'Dead letters'

/** What a dead letter says of itself, and who can read what is in it. */
export const deadLetterOptions = {
  dlqHeaders: {
    type: 'choice',
    default: 'connect',
    values: ['connect', 'spring', 'kafka'],
    what:
      "Whose names the headers have that say why a record is a dead letter: Kafka Connect's (__connect.errors.*), " +
      "Spring Kafka's (kafka_dlt-*) or those of Kafka's own dead-letter queues (__dlq.errors.*). " +
      '`millrace dlq` reads all of them.',
    why: "Connect's are the most widely read, and all text.",
    example: 'spring',
    section
  },
  dlqMasking: {
    type: 'choice',
    default: 'off',
    values: ['on', 'off'],
    what:
      'Whether personal data in the value of a dead letter is encrypted (AES-256-GCM), so that who reads the topic does ' +
      'not see it, and redrive restores it byte for byte. Key and headers stay as they are.',
    why: 'It needs a key, which nobody can ship.',
    example: 'on',
    section
  },
  dlqEncryptionKeys: {
    type: 'string',
    default: undefined,
    secret: true,
    pattern: ENCRYPTION_KEYS,
    what:
      'The keys of DLQ_MASKING, as name:key, separated by commas; a key is 32 bytes in base64, as `openssl rand -base64 32` ' +
      'prints them. The first one encrypts, all of them decrypt: to change the key, put a new one in front.',
    why: 'A known key protects nothing.',
    example: EXAMPLE_KEYS,
    section
  }
} as const satisfies OptionTable
