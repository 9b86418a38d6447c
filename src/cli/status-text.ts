import type { ProcessStatus } from '../control/protocol.ts'
import { describeFlood } from '../dead-letters/fuse.ts'
import type { Counts } from '../telemetry/insights.ts'
import { namesOf } from '../telemetry/events.ts'
import type { PartitionStatus } from '../telemetry/partitions.ts'
import type { TopValues } from '../telemetry/insights-window.ts'
import { columns, printable } from './printable.ts'
import { grouped } from './progress-line.ts'

const WIDTH = 80
const GAP = '  '

/** What `millrace status` says, in lines for a terminal of 80 columns. */
export function statusLines({ pid, pipeline, group, upMs, snapshot, partitions }: ProcessStatus): string[] {
  const { state, lag, held, paused, live, trouble, reasons, insights } = snapshot
  const lines = [
    `${pipeline} · ${state} · pid ${pid} · group ${group} · up ${durationOf(upMs)}`,
    `  ${accountOf(snapshot)}`,
    `  lag ${grouped(lag)} in ${partitions.length} partition${partitions.length === 1 ? '' : 's'}`
  ]
  for (const values of insights?.topValues ?? []) lines.push(...topValuesLine(values))
  if (Object.keys(reasons).length > 0) lines.push(`  dead letters: ${countsOf(reasons)}`)
  if (held) {
    lines.push(`  held for ${describeFlood(held)}, and ${grouped(held.parkedRecords)} records wait behind it`)
    lines.push('  `millrace resume` lets them go on; a restart judges anew')
  }
  if (paused.length > 0) lines.push(`  paused: ${namesOf(paused)}`)
  if (!live) lines.push('  no progress, though there are records to read (STALL_TIMEOUT_MS)')
  if (trouble) lines.push(`  the Kafka client: ${trouble}`)
  return partitions.length === 0 ? lines : [...lines, '', ...tableOf(partitions)]
}

/** The most frequent values of late, as many as a line holds. */
export function topValuesLine({ dimension, top, other }: TopValues): string[] {
  const values = top.map(([value, records]) => `${printable(value)} ${grouped(records)}`)
  if (other > 0) values.push(`other ${grouped(other)}`)
  const [line] = columns(`  ${dimension}: ${values.join(', ')}`, WIDTH)
  return values.length === 0 ? [] : [line]
}

function accountOf({ consumed, tally, abandoned, inFlight }: ProcessStatus['snapshot']): string {
  const parts = [
    `${grouped(tally.processed)} processed`,
    `${grouped(tally.filtered)} filtered`,
    `${grouped(tally.expired)} expired`,
    `${grouped(tally.deadLetter)} dead letters`,
    `${grouped(abandoned)} abandoned`,
    `${grouped(inFlight)} in flight`
  ]
  return `${grouped(consumed)} read = ${parts.filter(part => !part.startsWith('0 ')).join(' + ') || 'nothing yet'}`
}

/** The most frequent first. */
function countsOf(counts: Counts): string {
  const ranked = Object.entries(counts).sort(([, a], [, b]) => b - a)
  return ranked.map(([name, count]) => `${name} ${grouped(count)}`).join(', ')
}

function tableOf(partitions: readonly PartitionStatus[]): string[] {
  const rows = [['PARTITION', 'STATE', 'SETTLED', 'END', 'LAG', 'IN FLIGHT'], ...partitions.map(rowOf)]
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)))
  const others = widths.slice(1).reduce((sum, width) => sum + GAP.length + width, 0)
  widths[0] = Math.min(widths[0], Math.max(12, WIDTH - others))
  return rows.map(([name, state, ...numbers]) => {
    const cells = numbers.map((cell, index) => cell.padStart(widths[index + 2]))
    return [endOf(name, widths[0]).padEnd(widths[0]), state.padEnd(widths[1]), ...cells].join(GAP)
  })
}

function rowOf({ topic, partition, state, paused, frontier, endOffset, inFlight }: PartitionStatus): string[] {
  const lag = endOffset >= 0 && frontier !== undefined ? String(Math.max(0, endOffset - frontier)) : '?'
  const shownState = paused && state === 'assigned' ? 'paused' : state
  const end = endOffset < 0 ? '?' : String(endOffset)
  return [`${topic}/${partition}`, shownState, String(frontier ?? '?'), end, lag, String(inFlight)]
}

/** The number of a partition stands at the end of its name, so that is what stays. */
function endOf(name: string, width: number): string {
  return name.length <= width ? name : `…${name.slice(name.length - width + 1)}`
}

function durationOf(upMs: number): string {
  const seconds = Math.floor(upMs / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}
