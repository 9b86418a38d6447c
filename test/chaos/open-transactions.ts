import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { findJava } from '../../scripts/broker/java.ts'
import { libsDirOf } from '../../scripts/broker/kafka-kind.ts'

const LIBS = join(libsDirOf(resolve(import.meta.dirname, '../../.kafka')), '*')
const COMMAND = 'org.apache.kafka.tools.TransactionsCommand'
const TIMEOUT_MS = 30_000

/**
 * What the brokers know of transactions: all that there are, and the producers of these partitions. A partition with an
 * open transaction of which the coordinator knows nothing will never end by itself.
 */
export async function openTransactions(bootstrap: string, topic: string, partitions: readonly number[]) {
  const asked = partitions.map(partition => ['describe-producers', '--topic', topic, '--partition', String(partition)])
  const answers = await Promise.all([['list'], ...asked].map(args => ask(bootstrap, args)))
  return answers.join('\n')
}

/** Answers what the command prints, its errors too: this is for somebody who wants to know why something failed. */
async function ask(bootstrap: string, args: readonly string[]): Promise<string> {
  const java = (await findJava())?.path ?? 'java'
  const all = ['-Xmx128m', '-cp', LIBS, COMMAND, '--bootstrap-server', bootstrap, ...args]
  return new Promise(answered => {
    execFile(java, all, { timeout: TIMEOUT_MS }, (_, stdout, stderr) =>
      answered(`${args.join(' ')}\n${stdout}${stderr}`)
    )
  })
}
