import type { Environment } from '../config/environment.ts'
import type { CoreSettings } from '../config/options.ts'
import { outputsOf } from '../config/outputs.ts'
import type { CreatedProcessor } from '../create-processor.ts'
import type { LocalBroker } from './local-broker.ts'
import type { Snapshot } from '../telemetry/snapshot.ts'
import { print } from './print.ts'
import { grouped } from './progress-line.ts'
import { topValuesLine } from './status-text.ts'

/** What shows most of the samples, where there is no preset. */
export const SET_FOR_SAMPLES = { ACCEPTED_APP_VERSIONS: '2.3.0', CLEANED_TOPIC: 'user-login-cleaned' }

/** Says what is about to run. */
export function announce(
  { settings, pipeline }: CreatedProcessor,
  { simulated }: LocalBroker,
  withSamples: boolean,
  given: Environment
): void {
  const parts = [pipeline.name, settings.delivery.replaceAll('-', ' '), `group ${settings.groupId}`]
  parts.push(withSamples ? samplesText(settings, given) : 'Ctrl-C to stop')
  print(`▶ ${parts.join(' · ')}`)
  if (simulated) print('  on a simulated broker (inside librdkafka): good for a look, not for figures')
  if (given.PRESET) print(`  with the settings of the preset ${given.PRESET}`)
  else if (withSamples) announceSettings(given)
  print('')
}

/** What is sent to the input. */
export function samplesText(
  { replayFile, samples, rate }: Pick<CoreSettings, 'replayFile' | 'samples' | 'rate'>,
  given: Environment
): string {
  const pace = rate > 0 ? `, ${grouped(rate)} a second` : ''
  if (replayFile !== undefined) return `what is in ${replayFile}${pace}`
  const count = rate > 0 && samples === 0 ? 'sample logins' : `${grouped(samples)} sample logins`
  return `${count}${pace}${given.SAMPLE_SHARES ? '' : ', one in fifty of them bad'}`
}

function announceSettings(given: Environment): void {
  const set = Object.entries(SET_FOR_SAMPLES).filter(([name]) => !given[name])
  if (set.length > 0) print(`  set for the samples: ${set.map(([name, value]) => `${name}=${value}`).join(' ')}`)
}

/** Says what has happened; `samples` is how many of the records were samples of this run. */
export function summarize({ processor, settings, pipeline }: CreatedProcessor, samples: number | undefined): void {
  const snapshot = processor.snapshot()
  const { consumed, tally, abandoned } = snapshot
  const parts = [`${grouped(tally.processed)} processed`, `${grouped(tally.filtered)} filtered`]
  if (tally.expired > 0) parts.push(`${grouped(tally.expired)} expired`)
  parts.push(`${grouped(tally.deadLetter)} dead letters`)
  if (abandoned > 0) parts.push(`${grouped(abandoned)} to be read again`)
  print(`✔ ${grouped(consumed)} read = ${parts.join(' + ')}${abandoned === 0 ? ': every one accounted for' : ''}`)
  if (samples !== undefined && consumed > samples) {
    print(`  ${grouped(samples)} of them samples of this run; the others were there before`)
  }
  print(`  in ${outputsOf(pipeline, settings).topics.join(', ')}`)
  for (const line of insightLines(snapshot)) print(line)
  print('  make show              the last results of each topic, and why records failed')
  print('  make run RATE=5000     keep going at 5,000 a second')
  print('  make down              stop the broker')
}

/** What came in, of the last `INSIGHTS_EVERY_MS`. */
function insightLines({ insights, counters }: Snapshot): string[] {
  const lines = insights?.topValues.flatMap(topValuesLine) ?? []
  const defaulted = counters['fields-defaulted'] ?? 0
  return defaulted === 0 ? lines : [...lines, `  ${grouped(defaulted)} fields were missing and took their default`]
}
