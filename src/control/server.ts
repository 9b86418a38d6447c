import { createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { type ControlAnswer, REQUEST_BYTES } from './protocol.ts'

/** A request comes at once, and its answer too; nobody is waited for. */
const EXCHANGE_WITHIN_MS = 5000
const CONNECTIONS_AT_MOST = 16

/** Answers requests on a Unix socket that only this user may open: one line of JSON in, one out. */
export class ControlServer {
  readonly path: string
  readonly #server: Server
  readonly #open = new Set<Socket>()
  readonly #warned: (text: string) => void

  /** `answer` gets what a request line holds; what it throws becomes the answer. */
  constructor(path: string, answer: (request: unknown) => unknown, warned: (text: string) => void) {
    this.path = path
    this.#warned = warned
    this.#server = createServer({ allowHalfOpen: true }, socket => this.#serve(socket, answer))
    this.#server.maxConnections = CONNECTIONS_AT_MOST
  }

  /** @throws if the path can't be had. */
  async listen(): Promise<void> {
    // The file is made within this call, and nobody else may open it from the first moment on.
    const before = process.umask(0o177)
    try {
      this.#server.listen(this.path)
    } finally {
      process.umask(before)
    }
    await once(this.#server, 'listening')
    // It is no reason for the process to go on.
    this.#server.unref()
    this.#server.on('error', error => this.#warned(`the control socket: ${error.message}`))
  }

  /** The file goes with it. */
  close(): void {
    this.#server.close()
    for (const socket of this.#open) socket.destroy()
  }

  #serve(socket: Socket, answer: (request: unknown) => unknown): void {
    let received = Buffer.alloc(0)
    this.#open.add(socket)
    const timer = setTimeout(() => socket.destroy(), EXCHANGE_WITHIN_MS).unref()
    // Whoever has hung up gets no answer, and nothing else follows from it.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(timer)
      this.#open.delete(socket)
    })
    socket.on('end', () => socket.end())
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const end = received.indexOf('\n')
      if (end < 0 && received.length <= REQUEST_BYTES) return
      socket.removeAllListeners('data').resume()
      const tooLong = end < 0 || end > REQUEST_BYTES
      const said = tooLong ? refusal(`a request has at most ${REQUEST_BYTES} bytes`) : answered(received, end, answer)
      socket.end(`${JSON.stringify(said)}\n`)
    })
  }
}

function answered(received: Buffer, end: number, answer: (request: unknown) => unknown): ControlAnswer {
  try {
    return { ok: true, result: answer(JSON.parse(received.toString('utf8', 0, end))) }
  } catch (error) {
    return refusal((error as Error).message)
  }
}

function refusal(error: string): ControlAnswer {
  return { ok: false, error }
}
