import type { OptionTable } from '../option.ts'

const section = 'Connection'

/** `host:port`, several of them separated by commas; a port may be missing, an IPv6 address stands in brackets. */
const BROKER_LIST = /([\w.-]+|\[[\da-fA-F:.]+\])(:\d{1,5})?(,([\w.-]+|\[[\da-fA-F:.]+\])(:\d{1,5})?)*/

/**
 * How the brokers are reached. The certificate's setting is not called `SSL_CERT_FILE`: OpenSSL and Node read that name
 * as a bundle of authorities, and many images set it.
 */
export const connectionOptions = {
  brokers: {
    type: 'string',
    default: '127.0.0.1:9092',
    pattern: BROKER_LIST,
    what: 'Brokers to ask for the rest of the cluster, as host:port, separated by commas.',
    why: 'Where a Kafka on this machine listens.',
    example: 'kafka-1:9092,kafka-2:9092',
    section
  },
  clientId: {
    type: 'string',
    default: 'millrace',
    what: "Name under which brokers log, meter and throttle this processor's connections.",
    why: 'Quotas and broker logs then show Millrace by its name instead of that of the client library.',
    example: 'millrace-eu-1',
    section
  },
  securityProtocol: {
    type: 'choice',
    default: 'PLAINTEXT',
    values: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
    what: 'How connections are encrypted (SSL) and who logs in (SASL), in the words of Kafka.',
    why: "Kafka's own default, and what a broker on this machine speaks.",
    example: 'SASL_SSL',
    section
  },
  saslMechanism: {
    type: 'choice',
    default: 'none',
    values: ['none', 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'GSSAPI'],
    what: 'How the processor logs in. What OAUTHBEARER and GSSAPI need besides is passed to librdkafka by its own names.',
    why: 'Needed with SASL_PLAINTEXT and SASL_SSL only.',
    example: 'SCRAM-SHA-512',
    section
  },
  saslUsername: {
    type: 'string',
    default: undefined,
    what: 'User name for PLAIN and SCRAM.',
    why: 'Brokers without SASL know no users.',
    example: 'millrace',
    section
  },
  saslPassword: {
    type: 'string',
    default: undefined,
    secret: true,
    what: 'Password for PLAIN and SCRAM.',
    why: 'Brokers without SASL know no users.',
    example: 'correct-horse-battery-staple',
    section
  },
  sslCaFile: {
    type: 'string',
    default: undefined,
    what: "File with the certificates (PEM) of the authorities that sign the brokers' certificates.",
    why: "Without it the system's authorities are trusted.",
    example: '/etc/millrace/ca.pem',
    section
  },
  sslCertificateFile: {
    type: 'string',
    default: undefined,
    what: 'File with the certificate (PEM) that this processor shows, with SSL_KEY_FILE: mutual TLS.',
    why: 'Most clusters ask for a password instead, or for nothing.',
    example: '/etc/millrace/client.pem',
    section
  },
  sslKeyFile: {
    type: 'string',
    default: undefined,
    what: 'File with the private key (PEM) of SSL_CERTIFICATE_FILE.',
    why: 'Needed with SSL_CERTIFICATE_FILE only.',
    example: '/etc/millrace/client.key',
    section
  },
  sslKeyPassword: {
    type: 'string',
    default: undefined,
    secret: true,
    what: 'Password of the private key in SSL_KEY_FILE, if it is encrypted.',
    why: 'Keys that a platform mounts are mostly not encrypted.',
    example: 'correct-horse-battery-staple',
    section
  }
} as const satisfies OptionTable
