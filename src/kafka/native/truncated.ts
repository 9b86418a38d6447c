import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { NativeEvent } from './addon.ts'

/** After an unclean election: what is there now must be read from where `AUTO_OFFSET_RESET` says, as at a new start. */
export function truncated({ offset, partitions }: Extract<NativeEvent, { type: 'truncated' }>): KafkaError {
  const [{ topic, partition, offset: next }] = partitions
  const what = `the brokers lost records of ${topic}/${partition} from offset ${offset} to ${next - 1} that had been read`
  return new KafkaError(ErrorCode.LOG_TRUNCATION, `${what}, and have others there now`)
}
