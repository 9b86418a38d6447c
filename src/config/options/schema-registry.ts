import type { OptionTable } from '../option.ts'

const section = 'Avro and schema registry'

/** How values are written, and the registry that knows what they are written with. */
export const schemaRegistryOptions = {
  inputCodec: {
    type: 'choice',
    default: 'json',
    values: ['json', 'avro'],
    what: "How input values are written: JSON, or Avro in the schema registry's wire format.",
    why: 'JSON needs no registry.',
    example: 'avro',
    section
  },
  outputCodec: {
    type: 'choice',
    default: 'json',
    values: ['json', 'avro'],
    what:
      "How the values of outputs are written: JSON, or Avro in the schema registry's wire format, with the schema that is " +
      'registered under the subject of the output. Dead letters and cleaned records stay as they came.',
    why: 'JSON needs no registry.',
    example: 'avro',
    section
  },
  validateWith: {
    type: 'choice',
    default: 'types',
    values: ['types', 'avro'],
    what:
      "What records are held against: the pipeline's schema (types), or its Avro schema as well (avro), be they written in " +
      'JSON or in Avro. What does not fit is a dead letter.',
    why: 'REQUIRED_FIELDS can ask for less than an Avro schema does.',
    example: 'avro',
    section
  },
  schemaRegistryUrl: {
    type: 'string',
    default: undefined,
    pattern: /https?:\/\/[^\s@?#]+/,
    what: "Address of the schema registry: Confluent's API, without user and password.",
    why: 'Needed where records or rows are Avro, and by `millrace schema`.',
    example: 'https://registry.example.com:8081',
    section
  },
  schemaRegistryUsername: {
    type: 'string',
    default: undefined,
    what: 'User name for the schema registry (basic authentication); an API key on Confluent Cloud.',
    why: 'Registries inside a cluster mostly ask for none.',
    example: 'millrace',
    section
  },
  schemaRegistryPassword: {
    type: 'string',
    default: undefined,
    secret: true,
    what: 'Password that goes with SCHEMA_REGISTRY_USERNAME.',
    why: 'Registries inside a cluster mostly ask for none.',
    example: 'correct-horse-battery-staple',
    section
  },
  schemaRegistryToken: {
    type: 'string',
    default: undefined,
    secret: true,
    what: 'Token that is sent to the schema registry (bearer authentication), instead of user name and password.',
    why: 'Registries inside a cluster mostly ask for none.',
    example: 'the token, mostly some hundred letters',
    section
  },
  schemaRegistryCaFile: {
    type: 'string',
    default: undefined,
    what: "File with the certificates (PEM) of the authorities that sign the schema registry's certificate.",
    why: "Without it Node's own authorities are trusted.",
    example: '/etc/millrace/ca.pem',
    section
  },
  schemaRegistryCertFile: {
    type: 'string',
    default: undefined,
    what: 'File with the certificate (PEM) that is shown to the schema registry, with SCHEMA_REGISTRY_KEY_FILE: mutual TLS.',
    why: 'Most registries ask for a password or a token instead, or for nothing.',
    example: '/etc/millrace/client.pem',
    section
  },
  schemaRegistryKeyFile: {
    type: 'string',
    default: undefined,
    what: 'File with the private key (PEM) of SCHEMA_REGISTRY_CERT_FILE.',
    why: 'Needed with SCHEMA_REGISTRY_CERT_FILE only.',
    example: '/etc/millrace/client.key',
    section
  },
  schemaRegistryTimeoutMs: {
    type: 'integer',
    default: 5000,
    min: 100,
    max: 60_000,
    what: 'How long one request to the schema registry may take. One that fails is tried again, for as long as it takes.',
    why: 'A registry answers in milliseconds; what takes seconds is better asked again.',
    example: '10000',
    section
  },
  inputSubject: {
    type: 'string',
    default: undefined,
    what: "Subject of the input's schema, for `millrace schema`. Records name their schema themselves.",
    why: 'Without it <topic>-value of each topic of INPUT_TOPIC, as serializers name it.',
    example: 'logins',
    section
  },
  outputSubject: {
    type: 'string',
    default: undefined,
    what: "Subject of the schema of the pipeline's first output; further ones have <topic>-value.",
    why: 'Without it <topic>-value, as deserializers expect it.',
    example: 'clean-logins',
    section
  }
} as const satisfies OptionTable
