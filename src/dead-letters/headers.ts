import type { Header } from '../pipeline.ts'

/*
 * The headers that Millrace gives names of its own, for what the header styles have no place for. None ever holds a
 * value of the record.
 */

/** Says how long the value was that a dead letter by reference leaves out. */
export const OMITTED_BYTES_HEADER = 'millrace.omitted.bytes'
/** Why a record is in the cleaned topic: `age`, or the rule of the pipeline that filtered it. */
export const RULE_HEADER = 'millrace.rule'
/** The input's timestamp, milliseconds since 1970, where the broker would have refused it. */
export const ORIGINAL_TIMESTAMP_HEADER = 'millrace.original.timestamp'

/** Of a dead letter whose headers have no place for its reason, or for the pipeline. */
export const REASON_HEADER = 'millrace.reason'
export const PIPELINE_HEADER = 'millrace.pipeline'
/** What of a dead letter's value is encrypted: `fields`, or all of the `value`. */
export const ENCRYPTION_HEADER = 'millrace.encryption'
/** The name of the key that encrypted it. */
export const ENCRYPTION_KEY_HEADER = 'millrace.encryption.key'
/** Tells the key from another one that was once given the same name. */
export const ENCRYPTION_CHECK_HEADER = 'millrace.encryption.key.check'
/** With `fields`: shows that nothing of the value has been changed since, what can be read no more than what can't. */
export const ENCRYPTION_SEAL_HEADER = 'millrace.encryption.seal'

/** How often the record has been redriven, by `millrace dlq redrive`; the two below come right after it. */
export const REDRIVE_ATTEMPT_HEADER = 'millrace.redrive.attempt'
/** `topic/partition/offset` of the record as it first came in. */
export const REDRIVE_ORIGIN_HEADER = 'millrace.redrive.origin'
/** The group that redrove it: another pipeline that reads the same record counts for itself. */
export const REDRIVE_GROUP_HEADER = 'millrace.redrive.group'

export const textHeader = (name: string, value: string): Header => ({ name, value: Buffer.from(value) })
