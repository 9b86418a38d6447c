import type { AnyPipeline } from '../../pipeline.ts'
import type { OptionTable } from '../option.ts'

const section = 'Records'

/** How a record is judged and what travels with it; fields and their defaults are the pipeline's. */
export function recordOptions(pipeline: AnyPipeline) {
  return {
    requiredFields: {
      type: 'list',
      default: (pipeline.input.schema.required ?? []).join(',') || 'none',
      what: 'Fields that must be there and not empty, or the record is a dead letter. none asks for no field.',
      why: "What the pipeline's schema requires.",
      example: 'user_id,timestamp',
      section
    },
    fieldDefaults: {
      type: 'pairs',
      default: pairs(pipeline.input.fieldDefaults ?? {}),
      what: 'Values that missing, null or empty fields take before validation, as field=value. none fills in nothing.',
      why: "The pipeline's own choice.",
      example: 'device_type=unknown,locale=XX',
      section
    },
    extraFields: {
      type: 'choice',
      default: 'drop',
      values: ['drop', 'keep', 'reject'],
      what:
        'Fields that the schema does not know: drop leaves them out, keep appends them to the output in input order, ' +
        'reject makes the record a dead letter.',
      why: 'A producer may add a field at any time; neither should it stop the flow nor reach readers unasked.',
      example: 'keep',
      section
    },
    tombstones: {
      type: 'choice',
      default: 'dead-letter',
      values: ['dead-letter', 'pass', 'filter'],
      what:
        'Records with a null value, by which compacted topics delete a key: dead-letter, pass (sent on, counted as ' +
        'processed) or filter.',
      why: 'A null value holds no record; whoever means a deletion by it should say so.',
      example: 'pass',
      section
    },
    maxDepth: {
      type: 'integer',
      default: 32,
      min: 1,
      max: 1000,
      what: 'Levels of nesting that a JSON record may have; its outermost object is the first.',
      why: 'Records nest a few levels; the limit keeps a hostile one from costing more than the rest together.',
      example: '8',
      section
    },
    rejectDuplicateKeys: {
      type: 'choice',
      default: 'off',
      values: ['on', 'off'],
      what: 'Whether a JSON object that names a field twice is a dead letter; otherwise the last one counts.',
      why: 'JSON.parse lets the last one win, and the check costs a second look at records of no known layout.',
      example: 'on',
      section
    },
    maxRecordAgeMs: {
      type: 'integer',
      default: 0,
      min: 0,
      max: 31_536_000_000,
      what: 'Records older than this are expired: counted, and sent to CLEANED_TOPIC if that is set. 0 is no limit.',
      why: 'No limit: a processor that catches up after a stop must not throw its backlog away.',
      example: '60000',
      section
    },
    ageClock: {
      type: 'choice',
      default: 'record',
      values: ['record', 'event'],
      what: "What MAX_RECORD_AGE_MS judges by: the record's Kafka timestamp, or the event's own time after validation.",
      why: 'The Kafka timestamp is known before anything is parsed, so an old record costs nothing.',
      example: 'event',
      section
    },
    passHeaders: {
      type: 'choice',
      default: 'on',
      values: ['on', 'off'],
      what: "Whether the input record's headers travel on to the outputs; dead letters and cleaned records always keep them.",
      why: 'Traces and routing depend on headers.',
      example: 'off',
      section
    },
    outputTimestamp: {
      type: 'choice',
      default: 'input',
      values: ['input', 'now', 'event'],
      what:
        "Timestamp of output records: the input's, the time of processing, or the event's own. One that is more than an " +
        'hour ahead becomes now.',
      why: "The input's, so that lookups by time find an output where its input was.",
      example: 'event',
      section
    }
  } as const satisfies OptionTable
}

function pairs(values: Readonly<Record<string, string>>): string {
  const written = Object.entries(values).map(([name, value]) => `${name}=${value}`)
  return written.join(',') || 'none'
}
