import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../config/environment.ts'
import { createProcessor, type CreatedProcessor } from '../create-processor.ts'
import type { Command, CommandContext } from './command.ts'
import { startGenerator, type SampleProgress } from './demo-samples.ts'
import { announce, summarize } from './demo-text.ts'
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
  if (broker.ours && !broker.simulated) await createTopics(created)
  announce(created, broker, withSamples, context.environment)
  const samples = withSamples ? startGenerator(environment) : undefined
  return await run(created, broker, samples, context)
}

async function run(
  created: CreatedProcessor,
  broker: LocalBroker,
  samples: SampleProgress | undefined,
  { onStop }: CommandContext
): Promise<number> {
  const { processor } = created
  const view = new LiveView(processor)
  const ticker = setInterval(() => view.tick(), TICK_MS)
  onStop(() => {
    samples?.stop()
    processor.stop()
  })
  try {
    const running = processor.run()
    if (samples !== undefined) void stopWhenSettled(created, broker, samples)
    const { drained } = await running
    view.end()
    if (samples?.failure !== undefined) throw samples.failure
    summarize(created, samples?.sent)
    return drained ? 0 : 3
  } finally {
    clearInterval(ticker)
    samples?.stop()
  }
}

/** Two settings show what there is to see in the samples, unless they are set already. */
function demoEnvironment(broker: LocalBroker, withSamples: boolean): Environment {
  const quiet = { LOG_LEVEL: 'error', ...broker.environment }
  const slow = broker.simulated ? { RATE: '20000', FETCH_WAIT_MS: '10' } : {}
  if (!withSamples) return quiet
  return { ACCEPTED_APP_VERSIONS: '2.3.0', CLEANED_TOPIC: 'user-login-cleaned', ...slow, ...quiet }
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
  const settled = tally.processed + tally.filtered + tally.expired + tally.deadLetter
  return Math.max(lag, samples.sent - settled)
}
