import { StepLine } from '../scripts/broker/step-line.ts'
import type { BenchCase } from './bench-case.ts'
import type { Cluster } from './cluster.ts'
import { writeLogins } from './samples.ts'

/** The topics that are read, each written once: runs that are compared read the very same records. */
export class Inputs {
  readonly #cluster: Cluster
  readonly #topics = new Map<string, string>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async topicFor({ input, records }: Pick<BenchCase, 'input' | 'records'>): Promise<string> {
    const shape = JSON.stringify({ ...input, records })
    const known = this.#topics.get(shape)
    if (known !== undefined) return known
    const topic = this.#cluster.nameOf('in')
    await this.#cluster.createTopics([topic], input.partitions)
    const step = new StepLine('logins')
    await writeLogins(this.#cluster, topic, records, input)
    step.done(`${records} logins in ${topic}`)
    this.#topics.set(shape, topic)
    return topic
  }

  /** Nothing of it is needed any more. */
  async clear(): Promise<void> {
    await this.#cluster.remove([...this.#topics.values()])
    this.#topics.clear()
  }
}
