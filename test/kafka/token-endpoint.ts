import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Beside a quarter of its own, librdkafka fetches a token anew when four fifths of its life are over. */
export const TOKEN_LIFE_MS = 5000

/** Gives out tokens as an identity provider does, for clients by id and secret; nothing is signed. */
export class TokenEndpoint {
  readonly #server: Server
  /** How often it was asked. */
  tokens = 0
  refused = 0

  static async start(secret: string): Promise<TokenEndpoint> {
    const endpoint = new TokenEndpoint(secret)
    await new Promise<void>(resolve => endpoint.#server.listen(0, '127.0.0.1', resolve))
    return endpoint
  }

  private constructor(secret: string) {
    this.#server = createServer((request, response) => {
      request.resume()
      const [, credentials = ''] = (request.headers.authorization ?? '').split(' ')
      if (Buffer.from(credentials, 'base64').toString() !== `millrace:${secret}`) {
        this.refused++
        response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}')
        return
      }
      this.tokens++
      const answer = { access_token: unsignedToken(Date.now()), token_type: 'bearer', expires_in: TOKEN_LIFE_MS / 1000 }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/token`
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise(resolve => this.#server.close(() => resolve()))
  }
}

function unsignedToken(nowMs: number): string {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url')
  const seconds = nowMs / 1000
  return `${part({ alg: 'none' })}.${part({ sub: 'millrace', iat: seconds, exp: seconds + TOKEN_LIFE_MS / 1000 })}.`
}
