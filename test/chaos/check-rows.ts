import { destinations, STRANGER, type Evidence } from './evidence.ts'
import { Breaches, type Verdict } from './verdict.ts'

/** What was written is what was to be written: otherwise the run says nothing about the processors. */
export function checkInput({ settings, input, acknowledged }: Evidence): Verdict {
  const wrong = new Breaches()
  for (let sample = 0; sample < input.length; sample++) {
    if (input.times[sample] !== 1) wrong.add(() => `login ${sample} was written ${input.times[sample]} times`)
  }
  return {
    ...wrong.none(''),
    promise: 'the test itself: logins written once each, and acknowledged',
    limit: String(settings.records),
    found: String(acknowledged),
    kept: wrong.count === 0 && acknowledged === settings.records
  }
}

export function checkFaults({ faults, plannedFaults, workerDeaths, settings }: Evidence): Verdict {
  // Each such login is tried once more, so it ends two threads; a processor that is killed meanwhile has it tried again.
  const deaths = 2 * settings.workerKills
  return {
    promise: 'the test itself: faults as planned, and worker threads that died',
    limit: `${plannedFaults}, at least ${deaths}`,
    found: `${faults.length}, ${workerDeaths}`,
    kept: faults.length === plannedFaults && workerDeaths >= deaths,
    details: []
  }
}

/** Every login came out, where it must, as what it must, and nothing else did. */
export function checkRows({ input, rows }: Evidence): Verdict[] {
  const [lost, strangers, elsewhere, torn] = [new Breaches(), new Breaches(), new Breaches(), new Breaches()]
  const seen = new Uint8Array(input.length)
  for (let row = 0; row < rows.length; row++) {
    const sample = rows.sample[row]
    const where = () => `login ${sample} in ${destinations[rows.destination[row]]}/${rows.partition[row]}`
    if (sample === STRANGER) {
      strangers.add(where)
      continue
    }
    seen[sample] = 1
    if (rows.destination[row] !== input.expected[sample]) elsewhere.add(where)
    if (rows.torn[row] === 1) torn.add(where)
  }
  for (let sample = 0; sample < input.length; sample++) {
    if (seen[sample] === 0) lost.add(() => `login ${sample}, ${input.partition[sample]}@${input.offset[sample]}`)
  }
  return [
    lost.none('nothing lost: logins without any row'),
    strangers.none('nothing made up: rows of no login'),
    elsewhere.none('one outcome each: rows in another topic than theirs'),
    torn.none('nothing mixed up: rows that say anything but what came of their login, or name another source')
  ]
}

/**
 * Replays are no disorder. Of rows that come from one input partition to one output partition, those that come for the
 * first time must be in input order: a processor that died has written everything up to some record, the next one begins
 * at or before it, and one that was taken for dead and writes on does so where it was. Whatever the two repeat, the
 * next new row is the next record.
 *
 * How often such rows go back is bounded, too: once for each processor that died, and a few times where one that has
 * lost its partitions writes what it still had, beside their new owner.
 */
export function checkOrder({ settings, input, rows, faults, losses }: Evidence): Verdict[] {
  const disorder = new Breaches()
  const seen = Array.from(destinations, () => new Uint8Array(input.length))
  const streams = new Map<number, Stream>()
  for (let row = 0; row < rows.length; row++) {
    const sample = rows.sample[row]
    if (sample === STRANGER) continue
    const [destination, from, offset] = [rows.destination[row], input.partition[sample], input.offset[sample]]
    const stream = streamOf(streams, destination, rows.partition[row], from)
    if (offset < stream.offset) stream.stepsBack++
    stream.offset = offset
    if (seen[destination][sample] === 1) continue
    seen[destination][sample] = 1
    const { newest } = stream
    if (offset < newest) disorder.add(() => `${destinations[destination]}: ${from}@${offset} after ${from}@${newest}`)
    stream.newest = Math.max(newest, offset)
  }
  const most = Math.max(0, ...[...streams.values()].map(({ stepsBack }) => stepsBack))
  const limit = settings.delivery === 'exactly-once' ? 0 : replaysOf(faults) + STEPS_OF_TWO_OWNERS * losses.length
  return [
    disorder.none('order: new rows of an input partition that come after later ones'),
    {
      promise: 'order: replays of one input partition in one output partition, at most',
      limit: String(limit),
      found: String(most),
      kept: most <= limit,
      details: []
    }
  ]
}

interface Stream {
  /** Of the row before, and the highest so far. */
  offset: number
  newest: number
  stepsBack: number
}

function streamOf(streams: Map<number, Stream>, destination: number, partition: number, from: number): Stream {
  const name = (destination * 0x10000 + partition) * 0x10000 + from
  let stream = streams.get(name)
  if (stream === undefined) streams.set(name, (stream = { offset: -1, newest: -1, stepsBack: 0 }))
  return stream
}

/** Two that write at the same time make a step back each time that their requests take turns. */
const STEPS_OF_TWO_OWNERS = 6

function replaysOf(faults: Evidence['faults']): number {
  const steps = { SIGTERM: 0, SIGKILL: 1, SIGSTOP: STEPS_OF_TWO_OWNERS, bounce: STEPS_OF_TWO_OWNERS }
  return faults.reduce((sum, { kind }) => sum + steps[kind], 0)
}
