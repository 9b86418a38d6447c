import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../config/environment.ts'
import { createProcessor, type CreatedProcessor } from '../create-processor.ts'
import { settledOf } from '../offsets/ledger.ts'
import type { Command, CommandContext } from './command.ts'
import { startGenerator, type SampleProgress } from './demo-samples.ts'
import { announce, SET_FOR_SAMPLES, summarize } from './demo-text.ts'
import { createTopics } from './demo-topics.ts'
import { GroupLag } from './group-lag.ts'
import { LiveView } from './live-view.ts'
import { type LocalBroker, localBroker } from './local-broker.ts'

const TICK_MS = 200

/**
 * `millrace demo`, which `make run` calls: topics, sample logins and the processor in one go, with a progress line.
 * On a cluster of the user's own it creates no topics and sends no samples unless `SAMPLES` asks for them. With samples
 * it ends when all of them have settled, else on Ctrl-C.
 */
export const demo: Command = async (_args, context) => {
  const broker = localBroker(context.environment)
  const withSamples = broker.ours || Boolean(context.environment.SAMPLES)
  const environment = demoEnvironment(broker, withSamples)
  const created = await createProcessor(environment)
  await createTopics(created, broker)
  announce(created, broker, withSamples, context.environment)
  return await run(created, broker, context, withSamples ? () => startGenerator(environment) : undefined)
}

async function run(
  created: CreatedProcessor,
  broker: LocalBroker,
  { onStop, onUnclosed }: CommandContext,
  generate: (() => SampleProgress) | undefined
): Promise<number> {
  const { processor } = created
  const control = await created.openControl()
  const view = new LiveView(processor)
  const ticker = setInterval(() => view.tick(), TICK_MS)
  let samples: SampleProgress | undefined
  let interrupted = false
  onStop(() => {
    interrupted = true
    samples?.stop()
    processor.stop()
  })
  try {
    const running = processor.run()
    // It may fail while this still waits for a partition; what it says then is heard below.
    running.catch(() => undefined)
    // The processor first: a simulated broker forgets what nobody reads in time.
    if (generate !== undefined && (await assigned(created))) {
      samples = generate()
      stopWhenSettled(created, broker, samples).catch(() => processor.stop())
    }
    const { drained } = await running
    view.end()
    if (samples?.failure !== undefined) throw samples.failure
    summarize(created, interrupted ? undefined : samples?.sent)
    return drained ? 0 : 3
  } finally {
    control?.close()
    clearInterval(ticker)
    if (processor.unclosed) onUnclosed()
    samples?.stop()
  }
}

/** Two settings show what there is to see in the samples, unless they are set already or a preset says what to show. */
function demoEnvironment(broker: LocalBroker, withSamples: boolean): Environment {
  const quiet: Environment = { LOG_LEVEL: 'error', ...broker.environment }
  if (!withSamples) return quiet
  const shown = quiet.PRESET ? quiet : { ...SET_FOR_SAMPLES, ...quiet }
  const endless: Environment = quiet.RATE && !quiet.SAMPLES ? { SAMPLES: '0' } : {}
  if (!broker.simulated) return { ...shown, ...endless }
  // It answers an empty fetch only after the whole wait, and keeps so little that samples must not run ahead.
  const paced = quiet.RATE ? endless : { RATE: '20000', SAMPLES: quiet.SAMPLES || '200000' }
  return { FETCH_WAIT_MS: '10', ...shown, ...paced }
}

/** Answers false if the processor has ended before it got a partition. */
async function assigned({ processor }: CreatedProcessor): Promise<boolean> {
  while (processor.state === 'starting' || processor.state === 'running' || processor.state === 'held') {
    if (processor.snapshot().partitions > 0) return true
    await sleep(TICK_MS)
  }
  return false
}

async function stopWhenSettled(created: CreatedProcessor, broker: LocalBroker, samples: SampleProgress): Promise<void> {
  const { processor, settings } = created
  const lag = broker.simulated ? undefined : new GroupLag(settings)
  await lag?.connect()
  for (;;) {
    await sleep(TICK_MS)
    if (processor.state === 'stopped' || processor.state === 'failed') break
    const { inFlight } = processor.snapshot()
    if (samples.done && inFlight === 0 && (await (lag?.read() ?? lagInside(created, samples))) === 0) processor.stop()
  }
  await lag?.disconnect()
}

/** The simulated broker can't be asked for a group's offsets: the processor's own numbers have to do. */
function lagInside({ processor }: CreatedProcessor, samples: SampleProgress): number {
  const { tally, lag } = processor.snapshot()
  return Math.max(lag, samples.sent - settledOf(tally))
}
