import type { AnyPipeline } from '../../pipeline.ts'
import { compiles, isInput, isPattern, isRead } from '../inputs.ts'
import type { CoreSettings } from '../options.ts'
import { outputsOf } from '../outputs.ts'
import type { Rule } from '../rules.ts'

const ENDLESS = 'name another topic; a pattern that matches too much can end with $'

/** A processor that reads what it writes never comes to an end. */
export const topicRules: readonly Rule[] = [
  {
    settings: ['inputTopic'],
    holds: settings => settings.inputTopic.length > 0,
    wrong: () => 'names no topic',
    remedy: 'name at least one'
  },
  {
    settings: ['inputTopic'],
    holds: settings => settings.inputTopic.every(topic => !isPattern(topic) || compiles(topic)),
    wrong: settings =>
      `${settings.inputTopic.find(topic => isPattern(topic) && !compiles(topic))} is not a regular expression`,
    remedy: 'check its brackets; a pattern is what begins with ^'
  },
  {
    settings: ['inputTopic', 'outputTopic'],
    holds: (settings, pipeline) => outputThatIsRead(settings, pipeline) === undefined,
    wrong: (settings, pipeline) =>
      `${outputThatIsRead(settings, pipeline)} is an output and is read as an input too, without end`,
    remedy: ENDLESS
  },
  {
    settings: ['inputTopic', 'dlqTopic'],
    holds: settings => !isInput(settings.inputTopic, settings.dlqTopic),
    wrong: settings => `dead letters go to ${settings.dlqTopic}, which is read as an input too, without end`,
    remedy: ENDLESS
  },
  {
    settings: ['inputTopic', 'cleanedTopic'],
    holds: settings => settings.cleanedTopic === undefined || !isInput(settings.inputTopic, settings.cleanedTopic),
    wrong: settings => `left-out records go to ${settings.cleanedTopic}, which is read as an input too, without end`,
    remedy: ENDLESS
  },
  {
    settings: ['redriveTopic'],
    holds: (settings, pipeline) => !outputsOf(pipeline, settings).topics.includes(settings.redriveTopic ?? ''),
    wrong: settings =>
      `${settings.redriveTopic} is read beside INPUT_TOPIC, and is written to as an output, without end`,
    remedy: 'name a topic of its own'
  },
  {
    settings: ['quarantineTopic'],
    holds: settings => settings.quarantineTopic === undefined || !isRead(settings, settings.quarantineTopic),
    wrong: settings => `what is quarantined goes to ${settings.quarantineTopic}, which is read as an input too`,
    remedy: ENDLESS
  },
  {
    settings: ['quarantineTopic', 'dlqTopic'],
    holds: settings => settings.quarantineTopic !== settings.dlqTopic,
    wrong: settings => `both are ${settings.dlqTopic}, from which the next redrive would take it again`,
    remedy: 'name a topic of its own'
  }
]

function outputThatIsRead(settings: CoreSettings, pipeline: AnyPipeline): string | undefined {
  const { topics, names } = outputsOf(pipeline, settings)
  return topics.slice(0, names.length).find(topic => isInput(settings.inputTopic, topic))
}
