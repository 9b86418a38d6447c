import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ensureJars } from '../../scripts/broker/kafka-jars.ts'
import { KafkaCluster } from '../../scripts/broker/kafka-cluster.ts'
import { libsDirOf } from '../../scripts/broker/kafka-kind.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const HEAP_MB = 384
const START_TIMEOUT_MS = 120_000

/** Brokers for one chaos run or several, and a folder for all that they and the processors write. */
export class ChaosGround {
  readonly cluster: KafkaCluster
  readonly #dir: string

  static async open(brokers: number): Promise<ChaosGround> {
    const dir = join(ROOT, `.test/chaos-${process.pid}`)
    const libsDir = libsDirOf(join(ROOT, '.kafka'))
    await ensureJars(libsDir)
    mkdirSync(dir, { recursive: true })
    const kafkaDir = join(dir, 'kafka')
    const options = { dir: kafkaDir, libsDir, brokers, heapMb: HEAP_MB, startTimeoutMs: START_TIMEOUT_MS }
    return new ChaosGround(dir, await KafkaCluster.start(options))
  }

  private constructor(dir: string, cluster: KafkaCluster) {
    this.#dir = dir
    this.cluster = cluster
  }

  /** Where the processors of one run log. */
  logDir(name: string): string {
    const dir = join(this.#dir, name)
    mkdirSync(dir, { recursive: true })
    return dir
  }

  /** The logs stay, those of the brokers too, unless nobody will want them. */
  async close({ keepLogs }: { keepLogs: boolean }): Promise<void> {
    await this.cluster.end()
    if (keepLogs)
      this.cluster.logFiles.forEach((file, broker) => copyFileSync(file, join(this.#dir, `broker-${broker + 1}.log`)))
    rmSync(keepLogs ? join(this.#dir, 'kafka') : this.#dir, { recursive: true, force: true })
  }
}
