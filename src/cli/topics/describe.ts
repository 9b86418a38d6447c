import { check, isUnsafe } from '../../topics/check.ts'
import type { Finding } from '../../topics/rule.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { printFindings, printTopics, printUnreadable, printVerdict } from './describe-text.ts'
import { type PipelineTopics, withPipelineTopics } from './pipeline-topics.ts'

const PLAIN_COLUMNS = 100

/** `millrace topics describe`: what there is, and what is to be said of it. */
export const describe: Command = async (args, context) => {
  readArguments({ args: [...args], options: {} })
  return await withPipelineTopics(context, async topics => {
    printTopics(topics.roles, topics.cluster, (process.stdout.isTTY && process.stdout.columns) || PLAIN_COLUMNS)
    report(topics)
    return 0
  })
}

/** `millrace topics check`: as describe, without the tables, and its exit code says whether anything is unsafe. */
export const checkTopics: Command = async (args, context) => {
  readArguments({ args: [...args], options: {} })
  return await withPipelineTopics(context, async topics => (report(topics).some(isUnsafe) ? 1 : 0))
}

function report({ settings, roles, cluster }: PipelineTopics): Finding[] {
  const findings = check(settings, roles, cluster)
  printUnreadable(cluster)
  printFindings(findings)
  printVerdict(findings, cluster)
  return findings
}
