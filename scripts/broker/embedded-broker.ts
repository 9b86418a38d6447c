// The broker that librdkafka brings for its own tests, in a process of its own. It lives in memory and on a port that
// the system chooses. Started by embedded-kind.ts, which passes the checkout's .kafka folder so that `ps` tells whose
// it is.
import kafka from '@confluentinc/kafka-javascript'

const CONNECT_TIMEOUT_MS = 10_000

// librdkafka's documentation leaves this setting out, and so do the client's types.
const simulated = { 'test.mock.num.brokers': 1 } as object
const producer = new kafka.Producer({ ...simulated, 'bootstrap.servers': 'unused:1', log_level: 3 })

function report(message: { bootstrap: string } | { error: string }): void {
  process.send?.(message, () => process.disconnect?.())
}

producer.connect({ timeout: CONNECT_TIMEOUT_MS }, (error, metadata) => {
  if (error) {
    report({ error: error.message })
    process.exitCode = 1
    return
  }
  const [{ host, port }] = metadata.brokers
  report({ bootstrap: `${host}:${port}` })
})

// Nothing else keeps this process alive once its parent has gone.
const alive = setInterval(() => {}, 2 ** 30)

function stop(): void {
  clearInterval(alive)
  producer.disconnect(() => process.exit(0))
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
