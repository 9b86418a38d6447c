import { IdempotentProducer, type ProducerOptions } from '../librdkafka/idempotent-producer.ts'
import { LoneProducer } from '../librdkafka/lone-producer.ts'
import type { OutputTopics } from '../librdkafka/output-topics.ts'
import { ConfluentBulkClient } from './bulk-client.ts'
import { connectLone } from './lone-client.ts'

/**
 * How often the client says what has arrived. A row settles up to two intervals after its acknowledgement: at 100,000
 * rows a second, that is a sixth of what may be in flight. Statistics of a partition are 450 bytes of JSON, so that with
 * many partitions they are made less often: five partitions a millisecond keep them under 1 % of a core.
 */
const STATISTICS_INTERVAL_MS = 30
const PARTITIONS_PER_MS = 5

/** `RecordProducer` on kafka-javascript's raw `produce`. */
export function createProducer(options: ProducerOptions): IdempotentProducer {
  let statisticsIntervalMs = STATISTICS_INTERVAL_MS
  return new IdempotentProducer(options, {
    open: (outputs, events, attemptsMs) =>
      ConfluentBulkClient.open({
        properties: options.producerProperties,
        outputs,
        events,
        statisticsIntervalMs,
        attemptsMs
      }),
    // How many there are is known only when it is connected, and a client's properties can't be changed.
    outgrown: outputs => {
      statisticsIntervalMs = intervalFor(outputs)
      return statisticsIntervalMs > STATISTICS_INTERVAL_MS
    },
    lone: outputs => new LoneProducer(reported => connectLone(options, outputs, reported))
  })
}

function intervalFor({ partitions }: OutputTopics): number {
  const count = partitions.reduce((sum, each) => sum + each, 0)
  return Math.max(Math.ceil(count / PARTITIONS_PER_MS), STATISTICS_INTERVAL_MS)
}
