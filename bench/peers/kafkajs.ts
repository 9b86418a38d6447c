/** The login job on KafkaJS. It has no lz4 of its own, so that comes of a package, as its documentation says. */
import { eachBatch, type GivenBatch, type TopicRows } from './each-batch.ts'
import { requirePeer } from './install.ts'
import { job } from './job.ts'

/** As much of KafkaJS as is used: the package is no dependency, so its types are not there. */
interface KafkaJs {
  readonly Kafka: new (options: object) => {
    producer(options: object): { connect(): Promise<void>; sendBatch(batch: object): Promise<unknown> }
    consumer(options: object): {
      connect(): Promise<void>
      subscribe(options: object): Promise<void>
      run(options: object): Promise<void>
      commitOffsets(offsets: object[]): Promise<void>
      on(event: 'consumer.crash', listener: () => void): void
    }
  }
  readonly CompressionTypes: { readonly LZ4: number }
  readonly CompressionCodecs: Record<number, unknown>
  readonly Partitioners: { readonly DefaultPartitioner: unknown }
  readonly logLevel: { readonly ERROR: number }
}

interface Lz4 {
  compressFrameSync(data: Buffer): Buffer
  decompressFrameSync(data: Buffer): Buffer
}

const { Kafka, CompressionTypes, CompressionCodecs, Partitioners, logLevel } = requirePeer('kafkajs') as KafkaJs
const lz4 = requirePeer('lz4-napi') as Lz4
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async ({ buffer }: { buffer: Buffer }) => lz4.compressFrameSync(buffer),
  decompress: async (buffer: Buffer) => lz4.decompressFrameSync(buffer)
})

const kafka = new Kafka({ brokers: job.brokers.split(','), logLevel: logLevel.ERROR })
const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner })
const consumer = kafka.consumer({ groupId: job.group, maxWaitTimeInMs: 100 })
await producer.connect()
await consumer.connect()
// It has logged why, and would wait for ever.
consumer.on('consumer.crash', () => process.exit(1))
await consumer.subscribe({ topic: job.input, fromBeginning: true })
const handle = eachBatch('kafkajs', {
  sendBatch: (topicMessages: TopicRows[]) =>
    producer.sendBatch({ acks: -1, compression: CompressionTypes.LZ4, topicMessages }),
  commitOffsets: offsets => consumer.commitOffsets(offsets)
})
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: 6,
  eachBatch: (given: GivenBatch) => handle(given)
})
