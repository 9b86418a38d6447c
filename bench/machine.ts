import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { KAFKA_VERSION } from '../scripts/broker/kafka-jars.ts'
import { librdkafkaVersion } from '../src/kafka/confluent/client.ts'

/** Where and with what the figures were made: without these they mean nothing. */
export function describeMachine(ownBroker: boolean) {
  const [cpu] = cpus()
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e8) / 10,
    system: `Linux ${release()}`,
    /** Before the first run: anything well above 0 was somebody else's work, and makes the figures worse. */
    loadBefore: Math.round(loadavg()[0] * 100) / 100,
    node: process.versions.node,
    v8: process.versions.v8,
    librdkafka: librdkafkaVersion,
    kafka: ownBroker ? KAFKA_VERSION : 'of the cluster given in BROKERS',
    millrace: commit()
  }
}

/** The commit, with a + where files have been changed since. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' }).trim()
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '-uno') === '' ? '' : '+')
  } catch {
    return 'unknown'
  }
}
