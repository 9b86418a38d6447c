import type { OutcomeCounts, RedriveOutcome, RedriveTally } from '../../dead-letters/redrive-tally.ts'
import type { RedriveSettings } from '../../dead-letters/redrive-terms.ts'
import { print } from '../print.ts'
import { grouped } from '../progress-line.ts'
import { printCount, times } from './tables.ts'

/** Why dead letters were left where they are. */
const LEFT: readonly (readonly [RedriveOutcome, (settings: RedriveSettings) => string])[] = [
  [
    'exhausted',
    ({ redriveAttempts }) => `redriven ${times(redriveAttempts)} already, and there is no QUARANTINE_TOPIC`
  ],
  ['gone', () => 'that left their value out, and what they were read from is gone'],
  ['changed', () => 'whose encrypted value was changed, so that nobody can restore it'],
  ['refused', () => 'refused by the brokers; the next redrive tries them again'],
  ['done', () => 'redriven earlier'],
  ['not-read', () => 'read from a topic that is not read now; REDRIVE_TOPIC would take them'],
  ['not-asked-for', () => 'not asked for'],
  ['foreign', () => 'records that are no dead letters of Millrace']
]

/** What a redrive has done, or would do. */
export function printRedrive(
  tally: RedriveTally,
  settings: RedriveSettings,
  { isDryRun, isDone }: { readonly isDryRun: boolean; readonly isDone: boolean }
): void {
  const { redriveTopic, quarantineTopic, inputTopic } = settings
  const where = redriveTopic ?? (inputTopic.length === 1 ? inputTopic[0] : 'where they first came in')
  printTaken(tally.of('redriven'), isDryRun ? `would be redriven to ${where}` : `redriven to ${where}`)
  if (quarantineTopic !== undefined) {
    const done = isDryRun ? 'would be quarantined' : 'quarantined'
    printTaken(tally.of('quarantined'), `${done} in ${quarantineTopic}`)
  }
  const left = LEFT.filter(([outcome]) => tally.of(outcome).total > 0)
  if (left.length > 0) print('\n  left where they are:')
  for (const [outcome, textOf] of left) printCount(tally.of(outcome).total, textOf(settings))
  if (isDryRun) print('\nNothing was written: this was a dry run.')
  if (!isDone) print('\nStopped before the end; the next redrive goes on from here.')
}

function printTaken({ total, byReason, byAttempts }: OutcomeCounts, what: string): void {
  print(`✔ ${grouped(total)} ${what}`)
  for (const [reason, count] of [...byReason].toSorted(([, a], [, b]) => b - a)) printCount(count, reason)
  if (byAttempts.size === 0 || (byAttempts.size === 1 && byAttempts.has(0))) return
  print('  of these had been redriven before:')
  for (const [attempts, count] of [...byAttempts].toSorted(([a], [b]) => a - b)) printCount(count, times(attempts))
}
