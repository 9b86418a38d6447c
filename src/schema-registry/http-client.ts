import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { RegistryError } from './registry-error.ts'

/** How the registry is reached and what it is told of who asks. */
export interface RegistryAccess {
  readonly url: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly token?: string | undefined
  readonly caFile?: string | undefined
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
  readonly timeoutMs: number
}

export type Method = 'GET' | 'POST' | 'PUT'

/** Schemas are some kilobytes; what is larger is no registry's answer. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json'

/** JSON over HTTP. Not by `fetch`, which can't be told which authorities to trust. */
export class HttpClient {
  readonly #access: RegistryAccess
  readonly #base: string
  readonly #agent: http.Agent
  readonly #headers: Readonly<Record<string, string>>

  /** @throws if one of the files can't be read; the message names it. */
  constructor(access: RegistryAccess) {
    this.#access = access
    this.#base = access.url.replace(/\/+$/, '')
    this.#agent = agentOf(access)
    this.#headers = { accept: `${MEDIA_TYPE}, application/json`, ...authorization(access) }
  }

  /**
   * What the registry answers, if that is a success.
   *
   * @throws RegistryError
   */
  async request(method: Method, path: string, body?: object): Promise<unknown> {
    const { status, text } = await this.#send(method, path, body === undefined ? undefined : JSON.stringify(body))
    const answer = parsed(text)
    if (status >= 200 && status < 300 && answer !== undefined) return answer
    const { error_code: code, message } = (answer ?? {}) as { error_code?: unknown; message?: unknown }
    const said = typeof message === 'string' ? `: ${message}` : ''
    throw new RegistryError(
      `schema registry ${this.#base} answers ${status} to ${method} ${path}${said}`,
      status,
      typeof code === 'number' ? code : undefined
    )
  }

  close(): void {
    this.#agent.destroy()
  }

  async #send(method: Method, path: string, body: string | undefined): Promise<{ status: number; text: string }> {
    const { timeoutMs } = this.#access
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      return await this.#exchange(method, path, body, signal)
    } catch (error) {
      const cause = signal.aborted ? `no answer within ${timeoutMs} ms (SCHEMA_REGISTRY_TIMEOUT_MS)` : causeOf(error)
      throw new RegistryError(`schema registry ${this.#base}: ${cause}`)
    }
  }

  #exchange(method: Method, path: string, body: string | undefined, signal: AbortSignal) {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
    const headers = body === undefined ? this.#headers : { ...this.#headers, 'content-type': MEDIA_TYPE }
    const { request } = this.#base.startsWith('https:') ? https : http
    const sent = request(this.#base + path, { method, headers, agent: this.#agent, signal }, response => {
      const parts: Buffer[] = []
      let sizeBytes = 0
      response.on('data', (part: Buffer) => {
        parts.push(part)
        sizeBytes += part.length
        if (sizeBytes > MAX_ANSWER_BYTES) response.destroy(new Error('the answer is too large'))
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
    return promise
  }
}

function agentOf({ url, caFile, certFile, keyFile }: RegistryAccess): http.Agent {
  const settings = { keepAlive: true, maxSockets: 8 }
  if (!url.startsWith('https:')) return new http.Agent(settings)
  return new https.Agent({
    ...settings,
    ca: fileOf('SCHEMA_REGISTRY_CA_FILE', caFile),
    cert: fileOf('SCHEMA_REGISTRY_CERT_FILE', certFile),
    key: fileOf('SCHEMA_REGISTRY_KEY_FILE', keyFile)
  })
}

function fileOf(setting: string, path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(path)
  } catch (error) {
    throw new Error(`${setting} names a file that can't be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error
    })
  }
}

function authorization({ username, password, token }: RegistryAccess): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  if (username === undefined) return {}
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Of several addresses that were tried, the error of the whole has a code and no message. */
function causeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return message || code || 'no connection'
}
