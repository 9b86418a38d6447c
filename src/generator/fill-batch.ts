import {
  LOGIN_BYTES_AT_MOST,
  SAMPLE_KEY_BYTES,
  type Sample,
  type SampleGenerator
} from '../../pipelines/user-login/samples.ts'
import { BATCH_RECORDS, type PackedBatch } from './packed-batch.ts'

/** Room for as many logins as fit at their longest. */
export const BATCH_BYTES = BATCH_RECORDS * LOGIN_BYTES_AT_MOST

/**
 * Fills a batch with the samples from `first` on. One that has headers of its own, or would take the room of those
 * behind it, is left to the thread that sends them: it can make any sample by its number.
 */
export function fillBatch(batch: PackedBatch, samples: SampleGenerator, first: number, count: number): void {
  batch.clear()
  for (let left = count; left > 0; left--) {
    const number = first + count - left
    const end = samples.write(number, batch.bytes, batch.end)
    if (end > 0) batch.addWritten(SAMPLE_KEY_BYTES, end, samples.timestampMs)
    else addOdd(batch, samples.at(number), (left - 1) * LOGIN_BYTES_AT_MOST)
  }
}

function addOdd(batch: PackedBatch, { key, value, headers, timestampMs }: Sample, keepFreeBytes: number): void {
  const bytes = (key?.length ?? 0) + (value?.length ?? 0)
  if (headers.length > 1 || bytes > batch.freeBytes - keepFreeBytes) batch.addApart()
  else batch.add(key, value, timestampMs)
}
