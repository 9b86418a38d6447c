import { setTimeout as sleep } from 'node:timers/promises'
import { createSampleGenerator } from '../../pipelines/user-login/samples.ts'
import { connectionProperties } from '../config/client-properties.ts'
import type { CoreSettings } from '../config/options.ts'
import { readEnvironment, SettingsError } from '../config/read-environment.ts'
import { BulkProducer } from '../kafka/confluent/bulk-producer.ts'
import type { Command } from './command.ts'
import { grouped, ProgressLine } from './progress-line.ts'

const TICK_MS = 20
const REPORT_MS = 200
/** So many samples are made before the event loop gets its turn. */
const CHUNK = 1000

/**
 * `millrace generate`: numbered sample logins into the input topic, the same ones for the same `SEED`. Each carries its
 * number in the header `sample`.
 */
export const generate: Command = async (args, { environment, onStop }) => {
  if (args.length > 0) {
    throw new SettingsError('takes no arguments; it is set up by SAMPLES, RATE, SEED and SAMPLE_SHARES')
  }
  const { settings } = await readEnvironment(environment)
  const stop = new AbortController()
  onStop(() => stop.abort())
  const line = new ProgressLine(process.stdout)
  const report = (sent: number) => {
    line.show(`${grouped(sent)} sample logins to ${settings.inputTopic[0]}`)
    process.send?.({ sent })
  }
  const sent = await writeSamples(settings, stop.signal, report)
  line.end(`✔ ${grouped(sent)} sample logins in ${settings.inputTopic[0]}`)
  return 0
}

/** Answers how many were written, all of them acknowledged. */
export async function writeSamples(
  settings: CoreSettings,
  stop: AbortSignal,
  report: (sent: number) => void
): Promise<number> {
  const producer = new BulkProducer(connectionProperties(settings), settings.inputTopic[0])
  await producer.connect()
  try {
    const sent = await sendSamples(producer, settings, stop, report)
    await producer.flush()
    report(sent)
    return sent
  } finally {
    await producer.disconnect()
  }
}

async function sendSamples(
  producer: BulkProducer,
  settings: CoreSettings,
  stop: AbortSignal,
  report: (sent: number) => void
): Promise<number> {
  const samples = createSampleGenerator({
    seed: settings.seed,
    shares: Object.fromEntries(Object.entries(settings.sampleShares).map(([kind, share]) => [kind, Number(share)])),
    startTimeMs: Date.now(),
    samplesPerSecond: settings.rate || 100_000
  })
  const count = settings.rate > 0 && settings.samples === 0 ? Infinity : settings.samples
  const startMs = performance.now()
  let sent = 0
  let reportedMs = 0
  while (sent < count && !stop.aborted) {
    const nowMs = performance.now()
    const due = settings.rate === 0 ? Infinity : Math.ceil(((nowMs - startMs) * settings.rate) / 1000)
    const until = Math.min(count, due, sent + CHUNK)
    while (sent < until && producer.send(samples.at(sent))) sent++
    if (nowMs - reportedMs > REPORT_MS) {
      report(sent)
      reportedMs = nowMs
    }
    await (sent < until || sent >= due ? sleep(TICK_MS) : new Promise(setImmediate))
  }
  return sent
}
