import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'

/** Kafka's request types, as far as tests make them fail. */
export const Api = {
  PRODUCE: 0,
  OFFSET_COMMIT: 8,
  OFFSET_FETCH: 9,
  INIT_PRODUCER_ID: 22,
  ADD_PARTITIONS_TO_TXN: 24,
  ADD_OFFSETS_TO_TXN: 25,
  END_TXN: 26,
  TXN_OFFSET_COMMIT: 28
} as const

/** As an error code: the broker closes the connection instead of answering. */
export const DISCONNECT = -195

/** What the process is asked for; numbers that it answers are librdkafka's error codes. */
export interface MockCall {
  bootstrap: []
  createTopic: [topic: string, partitions: number, replicas: number]
  setLeader: [topic: string, partition: number, broker: number]
  pushErrors: [api: number, codes: readonly number[]]
  pushPartitionError: [topic: string, partition: number, api: number, code: number]
  setDown: [broker: number]
  setUp: [broker: number]
  setRoundTripMs: [broker: number, ms: number]
}

export interface MockReply {
  readonly id: number
  readonly answer: number | string
}

/** Why there can't be a mock cluster here; undefined if there can. */
export function mockClusterObstacle(): string | undefined {
  if (!isBuiltin('node:ffi')) return `Node ${process.versions.node} has no node:ffi`
  if (!existsSync(library())) return 'the client was installed with a prebuilt addon, without librdkafka beside it'
  return undefined
}

/**
 * Brokers that fail as a test wants, in a process that dies with it: librdkafka's mock cluster. It appends whatever an
 * idempotent producer sends, without a look at its numbers, so requests behind one that failed are written.
 */
export class MockCluster {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<number | string>>()
  #lastId = 0
  bootstrap = ''

  static async start(brokers: number): Promise<MockCluster> {
    const cluster = new MockCluster(brokers)
    cluster.bootstrap = String(await cluster.#ask('bootstrap'))
    return cluster
  }

  private constructor(brokers: number) {
    this.#process = fork(join(import.meta.dirname, 'mock-cluster-process.ts'), [library(), String(brokers)], {
      execArgv: ['--disable-warning=ExperimentalWarning']
    })
    this.#process.on('message', ({ id, answer }: MockReply) => {
      this.#waiting.get(id)?.resolve(answer)
      this.#waiting.delete(id)
    })
    this.#process.on('exit', code => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the mock cluster ended with ${code}`))
    })
  }

  /** @throws if librdkafka answers an error. */
  async call<Name extends Exclude<keyof MockCall, 'bootstrap'>>(name: Name, ...args: MockCall[Name]): Promise<void> {
    const code = await this.#ask(name, ...args)
    if (code !== 0) throw new Error(`the mock cluster refused ${name}: error ${code}`)
  }

  end(): void {
    this.#process.disconnect()
  }

  #ask(name: keyof MockCall, ...args: unknown[]): Promise<number | string> {
    const id = ++this.#lastId
    const waiting = Promise.withResolvers<number | string>()
    this.#waiting.set(id, waiting)
    this.#process.send({ id, name, args })
    return waiting.promise
  }
}

function library(): string {
  const manifest = createRequire(import.meta.url).resolve('@confluentinc/kafka-javascript/package.json')
  return join(dirname(manifest), 'build/deps', process.platform === 'darwin' ? 'librdkafka.1.dylib' : 'librdkafka.so.1')
}
