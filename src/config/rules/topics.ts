import type { AnyPipeline } from '../../pipeline.ts'
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
    holds: settings => !isRead(settings, settings.dlqTopic),
    wrong: settings => `dead letters go to ${settings.dlqTopic}, which is read as an input too, without end`,
    remedy: ENDLESS
  },
  {
    settings: ['inputTopic', 'cleanedTopic'],
    holds: settings => settings.cleanedTopic === undefined || !isRead(settings, settings.cleanedTopic),
    wrong: settings => `left-out records go to ${settings.cleanedTopic}, which is read as an input too, without end`,
    remedy: ENDLESS
  }
]

function outputThatIsRead(settings: CoreSettings, pipeline: AnyPipeline): string | undefined {
  const { topics, names } = outputsOf(pipeline, settings)
  return topics.slice(0, names.length).find(topic => isRead(settings, topic))
}

function isRead(settings: CoreSettings, topic: string): boolean {
  return settings.inputTopic.some(input => {
    if (!isPattern(input)) return input === topic
    return compiles(input) && new RegExp(input).test(topic)
  })
}

function isPattern(topic: string): boolean {
  return topic.startsWith('^')
}

// librdkafka's expressions are POSIX's: close enough to JavaScript's to find a missing bracket or a topic that matches.
function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp
  } catch {
    return false
  }
}
