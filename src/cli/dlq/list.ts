import { DeadLetterTally } from '../../dead-letters/tally.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print } from '../print.ts'
import { printable } from '../printable.ts'
import { grouped } from '../progress-line.ts'
import { countDeadLetters } from './count-dead-letters.ts'
import { counted, printCount, printCounts, textOfTime, times } from './tables.ts'
import { DeadLetterTopic } from './dead-letter-topic.ts'
import { filterOptions, readFilter, readLimit } from './filter-arguments.ts'

const LISTED = 10
const HOURS = 24

/** `millrace dlq list`: how many dead letters there are, why, since when; never what is in them. */
export const list: Command = async (args, context) => {
  const { values } = readArguments({ args: [...args], options: filterOptions })
  const filter = readFilter(values, Date.now())
  const tally = new DeadLetterTally(readLimit(values.limit, 0, LISTED))
  const topic = await DeadLetterTopic.open(context)
  const stop = new AbortController()
  context.onStop(() => stop.abort(new Error('stopped')))
  try {
    const lookedAt = await countDeadLetters(topic, filter, tally, stop.signal)
    printTally(topic.name, tally, lookedAt)
  } finally {
    await topic.close()
  }
  return 0
}

function printTally(name: string, tally: DeadLetterTally, lookedAt: number): void {
  const others = lookedAt - tally.total
  const rest = others === 0 ? '' : `; ${grouped(others)} other records looked at`
  print(`${name}: ${counted(tally.total)}${rest}`)
  if (tally.total === 0) return
  printCounts('by reason', tally.byReason)
  printCounts('by partition that they were read from', tally.bySource)
  if (tally.byGroup.size > 1) printCounts('by group that wrote them', tally.byGroup)
  printHours(tally.byHour)
  printAttempts(tally.byAttempts)
  printLast(tally)
}

function printHours(counts: ReadonlyMap<number, number>): void {
  print('\n  by hour of the record (UTC)')
  const hours = [...counts].toSorted(([a], [b]) => a - b)
  const earlier = hours.slice(0, -HOURS)
  if (earlier.length > 0)
    printCount(
      earlier.reduce((sum, [, each]) => sum + each, 0),
      'earlier'
    )
  for (const [hourMs, each] of hours.slice(-HOURS)) printCount(each, textOfTime(hourMs).slice(0, 16).replace('T', ' '))
}

function printAttempts(counts: ReadonlyMap<number, number>): void {
  if (counts.size === 1 && counts.has(0)) return
  print('\n  by how often they were redriven')
  for (const [attempts, each] of [...counts].toSorted(([a], [b]) => a - b)) printCount(each, times(attempts))
}

function printLast(tally: DeadLetterTally): void {
  const last = tally.last()
  if (last.length === 0) return
  print(`\n  the last ${last.length}, by position; millrace dlq show says more`)
  for (const { position, timestampMs, source, message } of last) {
    const from = `${source.topic}/${source.partition} offset ${source.offset}`
    print(`  ${position.partition}/${position.offset}  ${textOfTime(timestampMs)}  ${printable(`${from}: ${message}`)}`)
  }
}
