import { isInput, isRead } from '../inputs.ts'
import { outputsOf } from '../outputs.ts'
import type { Rule } from '../rules.ts'

export const summaryRules: readonly Rule[] = [
  {
    settings: ['inputTopic', 'summaryTopic'],
    holds: ({ inputTopic, summaryTopic }) => summaryTopic === undefined || !isInput(inputTopic, summaryTopic),
    wrong: ({ summaryTopic }) => `summaries go to ${summaryTopic}, which is read as an input too, without end`,
    remedy: 'name another topic; a pattern that matches too much can end with $'
  },
  {
    settings: ['summaryTopic'],
    holds: (settings, pipeline) => {
      const { topics, summary } = outputsOf(pipeline, settings)
      return summary < 0 || topics.every((topic, index) => index === summary || topic !== topics[summary])
    },
    wrong: ({ summaryTopic }) => `${summaryTopic} takes records of another kind, too`,
    remedy: 'name a topic of its own'
  },
  {
    settings: ['summaryTopic', 'redriveTopic'],
    holds: settings => settings.summaryTopic === undefined || !isRead(settings, settings.summaryTopic),
    wrong: ({ summaryTopic }) => `summaries go to ${summaryTopic}, which is read beside INPUT_TOPIC, without end`,
    remedy: 'name a topic of its own'
  },
  {
    settings: ['summaryEveryMs'],
    holds: ({ summaryTopic, summaryEveryMs }) =>
      summaryTopic === undefined || summaryEveryMs === 0 || summaryEveryMs >= 1000,
    wrong: () => 'each summary by time waits for a commit, and less than a second apart they would do little else',
    remedy: 'set SUMMARY_EVERY_MS to 0, or to 1000 at least'
  }
]
