import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { describe } from 'vitest'
import { findJava } from '../../scripts/broker/java.ts'
import { ensureRegistry, registryDirOf } from '../../scripts/broker/registry-archive.ts'
import { registryUrl, startRegistry, type RunningRegistry } from '../../scripts/broker/registry-process.ts'
import { SchemaRegistry } from '../../src/schema-registry/schema-registry.ts'
import { brokers } from './test-kafka.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const hasJava = (await findJava()) !== undefined

/** `describe` for tests that need a real schema registry, and mostly a real Kafka: without Java they are skipped. */
export const describeOnRegistry: typeof describe =
  hasJava && brokers !== '' ? describe : (describe.skip as typeof describe)

/**
 * A registry of its own for the tests of one file. They reach it by a door that can be shut: then it is down for them, and
 * is as it was when it is open again.
 */
export class TestRegistry {
  readonly #running: RunningRegistry
  readonly #dir: string
  readonly #sockets = new Set<Socket>()
  readonly #client: SchemaRegistry
  readonly port: number
  #door: Server

  static async start(): Promise<TestRegistry> {
    const registryDir = registryDirOf(join(ROOT, '.kafka'))
    await ensureRegistry(registryDir)
    const dir = join(ROOT, '.test', `registry-${process.pid}`)
    mkdirSync(dir, { recursive: true })
    const running = await startRegistry({ dir, registryDir })
    const door = await TestRegistry.#listening(createServer(), 0)
    return new TestRegistry(running, dir, door)
  }

  private constructor(running: RunningRegistry, dir: string, door: Server) {
    this.#running = running
    this.#dir = dir
    this.port = (door.address() as AddressInfo).port
    this.#client = new SchemaRegistry({ url: running.url, timeoutMs: 10_000 })
    this.#door = this.#guarded(door)
  }

  /** For SCHEMA_REGISTRY_URL. */
  get url(): string {
    return registryUrl(this.port)
  }

  get environment() {
    return { SCHEMA_REGISTRY_URL: this.url }
  }

  /** Answers the number of the schema. */
  register(subject: string, schema: object): Promise<number> {
    return this.#client.register(subject, schema)
  }

  setLevel(subject: string, level: string): Promise<void> {
    return this.#client.setLevel(subject, level)
  }

  get isOpen(): boolean {
    return this.#door.listening
  }

  /** A number that nothing has. */
  async freeId(): Promise<number> {
    for (let id = 900; ; id++) if ((await this.#client.schemaOf(id)) === undefined) return id
  }

  async shut(): Promise<void> {
    const closed = once(this.#door, 'close')
    this.#door.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async open(): Promise<void> {
    this.#door = this.#guarded(await TestRegistry.#listening(createServer(), this.port))
  }

  async stop(): Promise<void> {
    this.#client.close()
    if (this.#door.listening) await this.shut()
    await this.#running.stop()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  static async #listening(server: Server, port: number): Promise<Server> {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server
  }

  #guarded(door: Server): Server {
    return door.on('connection', incoming => {
      const onward = connect(this.#running.port, '127.0.0.1')
      for (const [socket, other] of [
        [incoming, onward],
        [onward, incoming]
      ]) {
        this.#sockets.add(socket)
        socket.pipe(other)
        socket.on('error', () => other.destroy())
        socket.on('close', () => this.#sockets.delete(socket))
      }
    })
  }
}
