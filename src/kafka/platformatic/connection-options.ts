import { isIP } from 'node:net'
import { getCACertificates, type ConnectionOptions as TlsOptions } from 'node:tls'
import type { BaseOptions, SASLOptions } from '@platformatic/kafka'

/** Those of the settings that say how the brokers are reached. */
export interface ConnectionSettings {
  readonly brokers: string
  readonly clientId: string
  readonly securityProtocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
  readonly saslMechanism: 'none' | 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER' | 'GSSAPI'
  readonly saslUsername: string | undefined
  readonly saslPassword: string | undefined
  readonly sslCaFile: string | undefined
  readonly sslCertificateFile: string | undefined
  readonly sslKeyFile: string | undefined
  readonly sslKeyPassword: string | undefined
}

/** librdkafka's own properties, as they are passed through. */
type Properties = Readonly<Record<string, string>>
type ReadFile = (path: string) => string

const DEFAULT_PORT = 9092
/** Somebody waits for the answer, and can ask again. */
const BRIEF_RETRIES = { connectTimeout: 5000, requestTimeout: 10_000, timeout: 10_000, retries: 3, retryDelay: 500 }

/** The same connection as the processor's, for a client that is not librdkafka. */
export function connectionOptions(
  settings: ConnectionSettings,
  properties: Properties,
  readFile: ReadFile
): Pick<BaseOptions, 'clientId' | 'bootstrapBrokers' | 'tls' | 'tlsServerName' | 'sasl'> & typeof BRIEF_RETRIES {
  const bootstrapBrokers = settings.brokers.split(',').map(brokerOf)
  const usesTls = settings.securityProtocol.endsWith('SSL')
  return {
    ...BRIEF_RETRIES,
    clientId: settings.clientId,
    bootstrapBrokers,
    ...(usesTls && { tls: tlsOf(settings, properties, readFile) }),
    // Proxies that tell brokers apart by name need it; a certificate has no name that is an address.
    ...(usesTls && { tlsServerName: !bootstrapBrokers.some(({ host }) => isIP(host) !== 0) }),
    ...(settings.securityProtocol.startsWith('SASL') && { sasl: saslOf(settings) })
  }
}

function brokerOf(text: string): { host: string; port: number } {
  const [, address, name, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? []
  return { host: address ?? name ?? text, port: port === undefined ? DEFAULT_PORT : Number(port) }
}

function saslOf({ saslMechanism, saslUsername, saslPassword }: ConnectionSettings): SASLOptions {
  return { mechanism: saslMechanism as SASLOptions['mechanism'], username: saslUsername, password: saslPassword }
}

function tlsOf(settings: ConnectionSettings, properties: Properties, readFile: ReadFile): TlsOptions {
  const pem = (setting: string, path: string | undefined, property: string) =>
    path === undefined ? properties[property] : read(setting, path, readFile)
  return {
    // librdkafka's default are the system's authorities; Node's, those that it brings.
    ca: pem('SSL_CA_FILE', settings.sslCaFile, 'ssl.ca.pem') ?? [
      ...getCACertificates('default'),
      ...getCACertificates('system')
    ],
    cert: pem('SSL_CERTIFICATE_FILE', settings.sslCertificateFile, 'ssl.certificate.pem'),
    key: pem('SSL_KEY_FILE', settings.sslKeyFile, 'ssl.key.pem'),
    passphrase: settings.sslKeyPassword,
    ...(properties['enable.ssl.certificate.verification'] === 'false' && { rejectUnauthorized: false }),
    ...(properties['ssl.endpoint.identification.algorithm'] === 'none' && { checkServerIdentity: () => undefined })
  }
}

function read(setting: string, path: string, readFile: ReadFile): string {
  try {
    return readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(`${setting} names a file that can't be read (${code ?? 'unknown error'})`, { cause: error })
  }
}

const TAKEN: ReadonlySet<string> = new Set([
  'ssl.ca.pem',
  'ssl.certificate.pem',
  'ssl.key.pem',
  'enable.ssl.certificate.verification',
  'ssl.endpoint.identification.algorithm'
])

/** What of the settings this client can't do, as a reason not to try; undefined if it can do all. */
export function refusalOf({ saslMechanism }: ConnectionSettings, properties: Properties): string | undefined {
  if (saslMechanism === 'OAUTHBEARER' || saslMechanism === 'GSSAPI') {
    return `SASL_MECHANISM: ${saslMechanism} is not known to this command; log in by PLAIN, SCRAM or a certificate for it`
  }
  const strange = Object.keys(properties).find(name => /^(enable\.)?(ssl|sasl)\./.test(name) && !TAKEN.has(name))
  if (strange === undefined) return undefined
  return `librdkafka's ${strange} is not known to this command; unset LIBRDKAFKA_CONSUMER_${strange.replaceAll('.', '_').toUpperCase()} for it`
}
