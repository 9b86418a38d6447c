/**
 * What is kept beside a committed offset, in the text that Kafka stores with it: how often the partition was begun from
 * there, and which record was being worked on, should the process die of it.
 *
 * JSON with a version. Text of somebody else, or of another version, is ignored and replaced; fields of our own version
 * that are not known here belong to other features and survive.
 */
export interface CommitMetadata {
  /** How many assignments in a row have begun at this offset; 0 once one has got further or was given back in order. */
  readonly attempts: number
  readonly named: NamedStretch | undefined
  /** Records behind the offset that have killed enough processes, and are not to be run any more. */
  readonly convicted: readonly number[]
  /** What the partition's next summary has counted up to the offset; `SummaryState` reads it. */
  readonly summary?: unknown
  readonly others: Readonly<Record<string, unknown>>
}

/** Records from `offset` to before `until`, mostly one. */
export interface NamedStretch {
  readonly offset: number
  readonly until: number
  /** In how many deaths of the process in a row it was being worked on. */
  readonly deaths: number
  /** A worker has it, or had when this was written. */
  readonly running: boolean
}

/** Kafka's own default limit, offset.metadata.max.bytes, but for the zero byte that the transports write behind it. */
const MAX_BYTES = 4095
const VERSION = 1
/** Each of them has cost several deaths. With so many there is always room for the largest summary, 3,500 bytes. */
const MAX_CONVICTED = 20

export const NO_METADATA: CommitMetadata = { attempts: 0, named: undefined, convicted: [], others: {} }

export function parseCommitMetadata(text: string): CommitMetadata {
  const fields = parsedObject(text)
  if (fields?.v !== VERSION) return NO_METADATA
  const { v: _, attempts, record, convicted, summary, ...others } = fields
  return {
    attempts: isCount(attempts) ? attempts : 0,
    named: parsedStretch(record),
    convicted: Array.isArray(convicted) ? convicted.filter(isCount) : [],
    ...(summary === undefined ? {} : { summary }),
    others
  }
}

/** Undefined if there is nothing to say. Where it would be too long, the other features' fields are left out. */
export function commitMetadataText({
  attempts,
  named,
  convicted,
  summary,
  others
}: CommitMetadata): string | undefined {
  const own = {
    ...(attempts > 0 ? { attempts } : {}),
    ...(named === undefined ? {} : { record: stretchFields(named) }),
    ...(convicted.length === 0 ? {} : { convicted: convicted.slice(0, MAX_CONVICTED) }),
    ...(summary === undefined ? {} : { summary })
  }
  const all = textOf({ ...others, ...own })
  return all === undefined || Buffer.byteLength(all) <= MAX_BYTES ? all : textOf(own)
}

function textOf(fields: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(fields).length === 0 ? undefined : JSON.stringify({ v: VERSION, ...fields })
}

function stretchFields({ offset, until, deaths, running }: NamedStretch): object {
  return { offset, ...(until > offset + 1 ? { until } : {}), deaths, ...(running ? { running } : {}) }
}

function parsedStretch(record: unknown): NamedStretch | undefined {
  if (typeof record !== 'object' || record === null) return undefined
  const { offset, until, deaths, running } = record as Partial<Record<string, unknown>>
  if (!isCount(offset) || !isCount(deaths)) return undefined
  return { offset, until: isCount(until) && until > offset ? until : offset + 1, deaths, running: running === true }
}

function parsedObject(text: string): Partial<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as Partial<Record<string, unknown>>
  } catch {
    return undefined
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
