import { join } from 'node:path'
import type { BrokerKind, StartRequest } from './broker-kind.ts'
import { CurableError } from './failure.ts'
import { findJava, OLDEST_JAVA } from './java.ts'
import { ensureJars, KAFKA_VERSION } from './kafka-jars.ts'
import { kafkaCommandMark, startKafka } from './kafka-process.ts'
import { nextFreePort } from './ports.ts'
import { endProcess, isProcess } from './process-identity.ts'
import type { BrokerState } from './state.ts'

const STOP_GRACE_MS = 30_000

/** Where this checkout keeps Kafka's jars; its tests use the same. */
export function libsDirOf(dir: string): string {
  return join(dir, `libs-${KAFKA_VERSION}`)
}

/** Apache Kafka from its jars, on the machine's Java. */
export const kafkaKind: BrokerKind = {
  name: 'kafka',
  title: `Kafka ${KAFKA_VERSION}`,

  async obstacle() {
    return (await findJava()) ? undefined : `Java ${OLDEST_JAVA} or later is not there`
  },

  async prepare({ dir }, step) {
    try {
      await ensureJars(libsDirOf(dir), undefined, undefined, ({ done, total }) => {
        step.detail = `${done} of ${total} jars from ${jarSource()}`
      })
    } catch (error) {
      const cure =
        'check the network and the proxy, or name a mirror of Maven Central in MAVEN_MIRROR; then run it again'
      throw new CurableError((error as Error).message, cure, { cause: error })
    }
  },

  async start(request) {
    const running = await startKafka({
      dir: request.dir,
      libsDir: libsDirOf(request.dir),
      port: request.port,
      controllerPort: await nextFreePort(request.port + 1),
      detached: true,
      onSpawn: pid => request.record(stateOf(request, pid, false))
    })
    return stateOf(request, running.pid, true)
  },

  describe({ bootstrap }) {
    return `Kafka ${KAFKA_VERSION} on ${bootstrap} (jars from ${jarSource()}, data in .kafka)`
  },

  async exists(state, { dir }) {
    return state.pid !== undefined && isProcess(state.pid, kafkaCommandMark(dir))
  },

  async stop(state, { dir }) {
    if (state.pid !== undefined) await endProcess(state.pid, kafkaCommandMark(dir), STOP_GRACE_MS)
  }
}

function jarSource(): string {
  return process.env.MAVEN_MIRROR ? 'a Maven mirror' : 'Maven Central'
}

function stateOf({ port }: StartRequest, pid: number, ready: boolean): BrokerState {
  const bootstrap = `127.0.0.1:${port}`
  const startedAt = new Date().toISOString()
  return { kind: 'kafka', bootstrap, pid, version: KAFKA_VERSION, simulated: false, ready, startedAt }
}
