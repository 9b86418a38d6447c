import { expect, test } from 'vitest'
import { mistakes } from '../shout-pipeline.ts'

const scram = {
  SECURITY_PROTOCOL: 'SASL_SSL',
  SASL_MECHANISM: 'SCRAM-SHA-512',
  SASL_USERNAME: 'millrace',
  SASL_PASSWORD: 'hunter2'
}

test('SCRAM over TLS with a user, a password, an authority and a client certificate is fine', () => {
  const files = { SSL_CA_FILE: 'ca', SSL_CERTIFICATE_FILE: 'cert', SSL_KEY_FILE: 'key', SSL_KEY_PASSWORD: 'open' }
  expect(mistakes({ ...scram, ...files })).toBe('')
})

test('OAUTHBEARER needs no user name', () => {
  expect(mistakes({ SECURITY_PROTOCOL: 'SASL_SSL', SASL_MECHANISM: 'OAUTHBEARER' })).toBe('')
})

// The mistake in each: the client would ignore it in silence, or fail after its whole timeout without naming a cause.
test.each([
  [
    { SASL_MECHANISM: 'PLAIN', SASL_USERNAME: 'u', SASL_PASSWORD: 'p' },
    'nobody logs in with SECURITY_PROTOCOL=PLAINTEXT'
  ],
  [{ SASL_PASSWORD: 'p' }, 'a password is not used with SECURITY_PROTOCOL=PLAINTEXT'],
  [{ SASL_PASSWORD: 'p', SECURITY_PROTOCOL: 'SSL' }, 'a password is not used with SECURITY_PROTOCOL=SSL'],
  [{ SECURITY_PROTOCOL: 'sasl_ssl' }, 'SASL_SSL needs a mechanism to log in by'],
  [{ SASL_USERNAME: 'u' }, 'a user name is not used without a mechanism'],
  [{ ...scram, SASL_PASSWORD: '' }, 'SCRAM-SHA-512 needs both a user name and a password'],
  [{ ...scram, SASL_USERNAME: undefined }, 'SCRAM-SHA-512 needs both a user name and a password'],
  [{ ...scram, SASL_MECHANISM: 'PLAIN', SASL_PASSWORD: '' }, 'PLAIN needs both'],
  [{ SSL_CA_FILE: 'ca' }, 'authorities are not asked with SECURITY_PROTOCOL=PLAINTEXT'],
  [{ ...scram, SECURITY_PROTOCOL: 'SASL_PLAINTEXT', SSL_CA_FILE: 'ca' }, 'authorities are not asked'],
  [{ SSL_CERTIFICATE_FILE: 'cert', SSL_KEY_FILE: 'key' }, 'no certificate is shown with SECURITY_PROTOCOL=PLAINTEXT'],
  [{ SECURITY_PROTOCOL: 'SSL', SSL_CERTIFICATE_FILE: 'cert' }, 'a certificate and its key are of use together only'],
  [{ SECURITY_PROTOCOL: 'SSL', SSL_KEY_FILE: 'key' }, 'a certificate and its key are of use together only'],
  [{ SECURITY_PROTOCOL: 'SSL', SSL_KEY_PASSWORD: 'open' }, 'there is no key that the password could open']
])('%j is refused', (environment, message) => {
  expect(mistakes(environment)).toContain(message)
})

test('no message ever holds a secret', () => {
  expect(mistakes({ SASL_PASSWORD: 'hunter2', SSL_KEY_PASSWORD: 'hunter3' })).not.toContain('hunter')
})
