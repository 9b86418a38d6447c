import type { CoreSettings } from '../options.ts'
import type { Rule } from '../rules.ts'

const USE_SASL = 'set SECURITY_PROTOCOL to SASL_SSL or SASL_PLAINTEXT, or unset it'
const USE_SSL = 'set SECURITY_PROTOCOL to SSL or SASL_SSL, or unset the file'

/** What a client would ignore in silence, or fail on only after its whole timeout and without a word of the cause. */
export const connectionRules: readonly Rule[] = [
  {
    settings: ['saslMechanism', 'securityProtocol'],
    holds: settings => settings.saslMechanism === 'none' || usesSasl(settings),
    wrong: settings => `nobody logs in with SECURITY_PROTOCOL=${settings.securityProtocol}`,
    remedy: USE_SASL
  },
  {
    settings: ['saslPassword', 'securityProtocol'],
    holds: settings => settings.saslPassword === undefined || usesSasl(settings),
    wrong: settings => `a password is not used with SECURITY_PROTOCOL=${settings.securityProtocol}`,
    remedy: USE_SASL
  },
  {
    settings: ['securityProtocol', 'saslMechanism'],
    holds: settings => !usesSasl(settings) || settings.saslMechanism !== 'none',
    wrong: settings => `${settings.securityProtocol} needs a mechanism to log in by`,
    remedy: 'set SASL_MECHANISM, mostly SCRAM-SHA-512 or PLAIN'
  },
  {
    settings: ['saslUsername', 'saslMechanism'],
    holds: settings => settings.saslUsername === undefined || settings.saslMechanism !== 'none',
    wrong: () => 'a user name is not used without a mechanism',
    remedy: 'set SASL_MECHANISM, or unset SASL_USERNAME'
  },
  {
    settings: ['saslUsername', 'saslPassword', 'saslMechanism'],
    holds: settings => !usesPassword(settings) || hasCredentials(settings),
    wrong: settings => `${settings.saslMechanism} needs both a user name and a password`,
    remedy: 'set SASL_USERNAME and SASL_PASSWORD, or SASL_PASSWORD_FILE'
  },
  {
    settings: ['sslCaFile', 'securityProtocol'],
    holds: settings => settings.sslCaFile === undefined || usesSsl(settings),
    wrong: settings =>
      `authorities are not asked with SECURITY_PROTOCOL=${settings.securityProtocol}: nothing is encrypted`,
    remedy: USE_SSL
  },
  {
    settings: ['sslCertificateFile', 'securityProtocol'],
    holds: settings => settings.sslCertificateFile === undefined || usesSsl(settings),
    wrong: settings =>
      `no certificate is shown with SECURITY_PROTOCOL=${settings.securityProtocol}: nothing is encrypted`,
    remedy: USE_SSL
  },
  {
    settings: ['sslCertificateFile', 'sslKeyFile'],
    holds: settings => (settings.sslCertificateFile === undefined) === (settings.sslKeyFile === undefined),
    wrong: () => 'a certificate and its key are of use together only',
    remedy: 'set both or none'
  },
  {
    settings: ['sslKeyPassword', 'sslKeyFile'],
    holds: settings => settings.sslKeyPassword === undefined || settings.sslKeyFile !== undefined,
    wrong: () => 'there is no key that the password could open',
    remedy: 'set SSL_KEY_FILE, or unset SSL_KEY_PASSWORD'
  }
]

function usesSasl({ securityProtocol }: CoreSettings): boolean {
  return securityProtocol === 'SASL_PLAINTEXT' || securityProtocol === 'SASL_SSL'
}

function usesSsl({ securityProtocol }: CoreSettings): boolean {
  return securityProtocol === 'SSL' || securityProtocol === 'SASL_SSL'
}

function usesPassword({ saslMechanism }: CoreSettings): boolean {
  return saslMechanism === 'PLAIN' || saslMechanism.startsWith('SCRAM')
}

function hasCredentials(settings: CoreSettings): boolean {
  return settings.saslUsername !== undefined && settings.saslPassword !== undefined
}
