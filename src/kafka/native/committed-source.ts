import type { CommittedSource } from '../librdkafka/committed-positions.ts'
import { KafkaError } from '../kafka-error.ts'
import type { TopicPartition } from '../ports.ts'
import type { NativeConsumerClient, NativePosition, NativeProblem } from './addon.ts'

type Callback = (error: NativeProblem | null, found: readonly (NativePosition | Error)[]) => void

/** Answers an Error in place of a position that can't be told yet. */
export function committedSource(client: NativeConsumerClient): CommittedSource {
  return {
    async committed(partitions: TopicPartition[], timeoutMs: number, callback: never) {
      const answered = callback as Callback
      const { problem, partitions: found } = await client.committed(partitions, timeoutMs)
      const positions = found.map(at => (at.code === 0 ? at : new KafkaError(at.code, `error ${at.code}`)))
      answered(problem ?? null, positions)
    }
  }
}
