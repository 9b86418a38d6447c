import { describe, expect, test } from 'vitest'
import { findStrangers } from '../../../src/config/environment.ts'
import { namedOptions, optionsFor } from '../../../src/config/options.ts'
import { shout } from './shout-pipeline.ts'

const table = optionsFor(shout)

function strangers(...names: string[]): string[] {
  const environment = Object.fromEntries(names.map(name => [name, 'x']))
  return findStrangers(environment, table).map(
    problem => `${problem.settings.join()}: ${problem.wrong}; ${problem.remedy}`
  )
}

describe('a name that was surely meant for us', () => {
  test.each([
    ['LINGR_MS', 'LINGER_MS'],
    ['LINGRE_MS', 'LINGER_MS'],
    ['DRAIN_TIME_OUT_MSS', 'DRAIN_TIMEOUT_MS'],
    ['LINGER_MSS', 'LINGER_MS'],
    ['MAX_INFLIGHT_RECORDS', 'MAX_IN_FLIGHT_RECORDS'],
    ['INPUT_TOPICS', 'INPUT_TOPIC'],
    ['linger_ms', 'LINGER_MS'],
    ['SASL_PASWORD_FILE', 'SASL_PASSWORD_FILE'],
    ['ACEPTED_TONES', 'ACCEPTED_TONES'],
    ['OUTPUT_TOPIC_LATE_ONE', 'OUTPUT_TOPIC_LATE_ONES']
  ])('%s is taken for %s misspelt', (written, meant) => {
    expect(strangers(written)).toEqual([`${written}: looks like ${meant} misspelt; rename it to ${meant}, or unset it`])
  })

  test('with our prefix is refused, and told the name without it', () => {
    expect(strangers('MILLRACE_BROKERS')).toEqual([
      'MILLRACE_BROKERS: is not a setting; write BROKERS, without the prefix'
    ])
    expect(strangers('MILLRACE_COLOUR')[0]).toContain('unset it')
  })

  test('with the prefix of librdkafka must say for which client', () => {
    expect(strangers('LIBRDKAFKA_FETCH_MAX_BYTES')[0]).toContain('does not say which client')
    expect(strangers('LIBRDKAFKA_CONSUMER_')[0]).toContain('does not say which client')
    expect(strangers('LIBRDKAFA_CONSUMER_FETCH_MAX_BYTES')[0]).toContain('LIBRDKAFKA_ misspelt')
  })
})

describe('what is left alone', () => {
  test('every setting of ours and every file of a secret', () => {
    const names = namedOptions(table).map(([name]) => name)
    expect(strangers(...names, 'SASL_PASSWORD_FILE', 'SHOUT_KEY_FILE')).toEqual([])
  })

  test('a short name or one without underscore, however near', () => {
    expect(strangers('PATH', 'WORKER', 'BROKER', 'LOG_LVL', 'COMPRESSIONS')).toEqual([])
  })

  test('an empty value', () => {
    expect(findStrangers({ LINGR_MS: '', MILLRACE_X: undefined }, table)).toEqual([])
  })

  // prettier-ignore
  test('the names that machines, shells, clouds, build servers and runtimes commonly set', () => {
    expect(strangers(
      'ALL_PROXY', 'ANDROID_HOME', 'APP_VERSION', 'AWS_ACCESS_KEY_ID', 'AWS_CA_BUNDLE', 'AWS_DEFAULT_REGION', 'AWS_PROFILE',
      'AWS_REGION', 'AWS_SESSION_TOKEN', 'AZURE_CLIENT_ID', 'BUILD_ID', 'BUILD_NUMBER', 'CACHE_DIR', 'CLICOLOR_FORCE',
      'CLIENT_SECRET', 'COLORTERM', 'CURL_CA_BUNDLE', 'DATABASE_URL', 'DB_PASSWORD', 'DBUS_SESSION_BUS_ADDRESS',
      'DEBIAN_FRONTEND', 'DEBUG_COLORS', 'DOCKER_HOST', 'FORCE_COLOR', 'GIT_COMMIT', 'GITHUB_ACTIONS', 'GITHUB_JOB',
      'GITHUB_RUN_ID', 'GITHUB_TOKEN', 'GITLAB_CI', 'GOOGLE_APPLICATION_CREDENTIALS', 'GROUP_NAME', 'HTTP_PORT',
      'HTTPS_PROXY', 'HTTP_PROXY', 'JAVA_HOME', 'JAVA_OPTS', 'JAVA_TOOL_OPTIONS', 'JOB_NAME', 'KAFKA_BROKERS',
      'KAFKA_CONSUMER_GROUP_ID', 'KAFKA_HEAP_OPTS', 'KAFKA_OPTS', 'KUBERNETES_PORT', 'LANGUAGE', 'LC_COLLATE',
      'LD_LIBRARY_PATH', 'LESSOPEN', 'LOG_DIR', 'LOG_FILE', 'LOGLEVEL', 'LS_COLORS', 'MAIL_HOST', 'MANPATH', 'MAKE_TERMOUT',
      'MEMORY_LIMIT', 'MY_NODE_NAME', 'MY_POD_IP', 'MY_POD_NAME', 'MYSQL_HOST', 'NODE_ENV', 'NODE_EXTRA_CA_CERTS',
      'NODE_OPTIONS', 'NODE_PATH', 'NODE_VERSION', 'NO_PROXY', 'NPM_CONFIG_CACHE', 'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_SERVICE_NAME', 'PKG_CONFIG_PATH', 'POD_IP', 'POD_NAME', 'POD_NAMESPACE', 'PYTHON_VERSION', 'REDIS_URL',
      'REQUESTS_CA_BUNDLE', 'SASL_PATH', 'SHELL_SESSION_ID', 'SSH_AUTH_SOCK', 'SSH_CLIENT', 'SSH_CONNECTION', 'SSL_CERT_DIR',
      'SSL_CERT_FILE', 'SUDO_COMMAND', 'SUDO_GID', 'TENANT_ID', 'TERM_PROGRAM', 'USER_AGENT', 'USER_ID', 'UV_THREADPOOL_SIZE',
      'VIRTUAL_ENV', 'VSCODE_PID', 'WINDOW_ID', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR', 'XDG_SESSION_ID', 'http_proxy',
      'no_proxy', 'npm_config_registry', 'npm_lifecycle_event', 'npm_package_version'
    )).toEqual([])
  })

  test('what Kubernetes tells of a Service, even one called millrace or like a setting', () => {
    expect(
      strangers(
        'MILLRACE_SERVICE_HOST',
        'MILLRACE_SERVICE_PORT',
        'MILLRACE_SERVICE_PORT_HTTP',
        'MILLRACE_METRICS_SERVICE_HOST',
        'MILLRACE_PORT_9464_TCP',
        'MILLRACE_PORT_9464_TCP_ADDR',
        'LIBRDKAFKA_SERVICE_HOST'
      )
    ).toEqual([])
    expect(findStrangers({ MILLRACE_PORT: 'tcp://10.0.0.1:9464' }, table)).toEqual([])
    expect(findStrangers({ MILLRACE_PORT: '9464' }, table)).toHaveLength(1)
  })
})
