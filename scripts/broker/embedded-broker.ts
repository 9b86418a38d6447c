// The broker that librdkafka brings for its own tests, in a process of its own, on a port that the system chooses.
// Started by embedded-kind.ts, which passes the checkout's .kafka folder so that `ps` tells whose it is.
import { startEmbeddedBroker } from '../../src/kafka/embedded-broker.ts'

function report(message: { bootstrap: string } | { error: string }): void {
  process.send?.(message, () => process.disconnect?.())
}

// Nothing else keeps this process alive once its parent has gone.
const alive = setInterval(() => {}, 2 ** 30)

try {
  const broker = await startEmbeddedBroker()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void broker.stop().finally(() => process.exit(0)))
  }
  report({ bootstrap: broker.bootstrap })
} catch (error) {
  clearInterval(alive)
  report({ error: (error as Error).message })
  process.exitCode = 1
}
