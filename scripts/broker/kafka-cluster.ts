import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { clusterProperties, type ClusterNode } from './cluster-properties.ts'
import { startKafka, type RunningKafka } from './kafka-process.ts'
import type { Properties } from './kafka-properties.ts'
import { newClusterId } from './kafka-storage.ts'
import { nextFreePort } from './ports.ts'

const FIRST_PORT = 20_000
const PORTS = 10_000

export interface ClusterOptions {
  /** Holds a folder for each broker. */
  readonly dir: string
  /** The jars, as `ensureJars` leaves them. */
  readonly libsDir: string
  /** With three, each topic has three replicas by default, of which two must have a record. */
  readonly brokers: number
  readonly heapMb?: number
  /** Added to every broker's own, and stronger than they. */
  readonly properties?: Properties
  readonly startTimeoutMs?: number
}

/** Several brokers on this machine, which die with this process, and of which each can be lost and come back. */
export class KafkaCluster {
  readonly #options: ClusterOptions
  readonly #nodes: readonly ClusterNode[]
  readonly #clusterId = newClusterId()
  /** Undefined while it is down. */
  readonly #running: (RunningKafka | undefined)[] = []

  static async start(options: ClusterOptions): Promise<KafkaCluster> {
    const cluster = new KafkaCluster(options, await freeNodes(options.brokers))
    // At once: none of them answers before most of the controllers have found each other.
    await Promise.all(cluster.#nodes.map((_, index) => cluster.restart(index)))
    return cluster
  }

  private constructor(options: ClusterOptions, nodes: readonly ClusterNode[]) {
    this.#options = options
    this.#nodes = nodes
  }

  get brokers(): number {
    return this.#nodes.length
  }

  /** All brokers, those that are down too. */
  get bootstrap(): string {
    return this.#nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')
  }

  /** Of each broker, since it was last started. */
  get logFiles(): readonly string[] {
    return this.#nodes.map((_, index) => join(this.#dirOf(index), 'kafka.log'))
  }

  /** As a crash: SIGKILL. */
  async kill(index: number): Promise<void> {
    await this.#running[index]?.kill()
    this.#running[index] = undefined
  }

  /** Starts one that is down, where it was. Resolves when it answers. */
  async restart(index: number): Promise<void> {
    const { libsDir, heapMb, properties, startTimeoutMs } = this.#options
    const dir = this.#dirOf(index)
    this.#running[index] = await startKafka({
      dir,
      libsDir,
      ...this.#nodes[index],
      heapMb,
      startTimeoutMs,
      clusterId: this.#clusterId,
      properties: { ...clusterProperties(this.#nodes, index, join(dir, 'data')), ...properties }
    })
  }

  /** Nobody waits for a controlled shutdown. */
  async end(): Promise<void> {
    await Promise.all(this.#nodes.map((_, index) => this.kill(index)))
  }

  #dirOf(index: number): string {
    return join(this.#options.dir, `broker-${index + 1}`)
  }
}

/**
 * Ports below those that the system gives to outgoing connections. Else: 1. a broker is killed; 2. a client that tries to
 * reach it again is given, for its own end, the very port that it dials, and is connected to itself; 3. the broker comes
 * back and finds its port in use.
 */
async function freeNodes(count: number): Promise<ClusterNode[]> {
  const taken: number[] = []
  let next = FIRST_PORT + randomInt(PORTS)
  while (taken.length < 2 * count) {
    next = await nextFreePort(next, taken)
    taken.push(next)
  }
  return Array.from({ length: count }, (_, index) => ({ port: taken[2 * index], controllerPort: taken[2 * index + 1] }))
}
