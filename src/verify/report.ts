import type { FoundRange } from './findings.ts'
import type { ResultFindings, ResultLate, VerifyResult } from './result.ts'

const COUNT_WIDTH = 12

/** The report for people, as lines. */
export function reportOf(result: VerifyResult): string[] {
  return [
    `${grouped(result.records)} records of ${partitionsOf(result)}, group ${result.group}`,
    ...outcomeLines(result),
    ...findingLines(result),
    ...result.notes.map(note => `! ${note}`),
    conclusionOf(result)
  ]
}

function partitionsOf({ inputs }: VerifyResult): string {
  const topics = Map.groupBy(inputs, ({ topic }) => topic)
  const named = [...topics].map(([topic, of]) => `${topic} (${of.length} partition${of.length === 1 ? '' : 's'})`)
  return named.join(', ') || 'nothing'
}

function outcomeLines({ outcomes, traceless, lost, differing, unsure, records }: VerifyResult): string[] {
  const without = (count: number) => (count > 0 ? `, ${grouped(count)} of them without a trace` : '')
  const settled = outcomes.processed + outcomes.filtered + outcomes.expired + outcomes.deadLetter
  const rest = records - settled - lost.records - differing.records
  const lines: [number, string][] = [
    [outcomes.processed, 'processed'],
    [outcomes.filtered, `filtered${without(traceless.filtered)}`],
    [outcomes.expired, `expired${without(traceless.expired)}`],
    [outcomes.deadLetter, 'dead letters'],
    [lost.records, 'lost'],
    [differing.records, 'with several outcomes or places'],
    [unsure.records > 0 ? rest : 0, 'of which nothing can be said']
  ]
  const always = lines.slice(0, 4)
  return [...always, ...lines.slice(4).filter(([count]) => count > 0)].map(
    ([count, what]) => `${grouped(count).padStart(COUNT_WIDTH)}  ${what}`
  )
}

function findingLines(result: VerifyResult): string[] {
  const { duplicated } = result
  return [
    ...recordLines('✘', 'lost', result.lost),
    ...recordLines('✘', 'incomplete', result.incomplete),
    ...recordLines('✘', 'with several outcomes or places', result.differing),
    ...lateLines(result.disordered),
    ...recordLines(duplicated.allowed ? '!' : '✘', 'more than once', duplicated),
    ...recordLines('?', 'that can not be judged', result.unsure)
  ]
}

function recordLines(mark: string, what: string, { records, at, more }: ResultFindings): string[] {
  if (records === 0) return []
  const lines = [`${mark} ${grouped(records)} record${records === 1 ? '' : 's'} ${what}`, ...at.map(rangeLine)]
  return more > 0 ? [...lines, `    and ${grouped(more)} more`] : lines
}

function rangeLine({ topic, partition, first, last, detail }: FoundRange): string {
  const offsets = first === last ? String(first) : `${first} to ${last}`
  return `    ${topic}/${partition} offset ${offsets}${detail === undefined ? '' : `: ${detail}`}`
}

function lateLines({ records, at }: ResultLate): string[] {
  if (records === 0) return []
  const lines = at.map(({ topic, partition, offset, after, output }) => {
    const where = `${output.topic}/${output.partition} offset ${output.offset}`
    return `    ${topic}/${partition} offset ${offset} comes after ${after}: ${where}`
  })
  return [`✘ ${grouped(records)} record${records === 1 ? '' : 's'} out of order`, ...lines]
}

function conclusionOf({ verdict, duplicated }: VerifyResult): string {
  switch (verdict) {
    case 'clean':
      return duplicated.records > 0
        ? '✔ every record has its outcome, in order'
        : '✔ every record has its outcome, once and in order'
    case 'unsure':
      return '? nothing wrong was found, but not everything can be judged'
    case 'findings':
      return '✘ what came out is not what went in'
  }
}

function grouped(count: number): string {
  return count.toLocaleString('en-US')
}
