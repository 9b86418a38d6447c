import { FakeCluster } from '../fake-kafka/cluster.ts'
import { createFakeTransport, type FakeTransport } from '../fake-kafka/transport.ts'
import { uniqueName, type Harness, type TransportOptions } from './harness.ts'
import { describeTransport } from './transport.contract.ts'

const silent = { delivered: () => undefined, producerError: () => undefined }

describeTransport('fake', async (): Promise<Harness> => {
  const cluster = new FakeCluster()
  const transport = ({ group, outputTopics = [], events, queueRows }: TransportOptions) => {
    cluster.queueRows = queueRows ?? 100_000
    return createFakeTransport(cluster, { group, outputTopics, events: { ...silent, ...events } })
  }
  return {
    createTopic: async partitions => {
      const topic = uniqueName('topic')
      cluster.createTopic(topic, partitions)
      return topic
    },
    append: async (topic, partition, records) => {
      for (const record of records) cluster.append(topic, partition, record)
    },
    read: async topic =>
      Array.from({ length: cluster.partitionsOf(topic) }, (_, partition) =>
        cluster.log({ topic, partition }).records.map(record => Object.assign({ partition }, record))
      ).flat(),
    committed: async (group, topic, partition) => cluster.committed(group, { topic, partition }),
    transport,
    breakForGood: async broken => (broken as FakeTransport).consumer.fail(-150, 'fenced'),
    unreachable: () => {
      const down = new FakeCluster()
      down.down = 'nothing listens there'
      const options = { group: 'none', outputTopics: [], events: silent }
      return { transport: createFakeTransport(down, options), cause: /can't connect: nothing listens there/ }
    },
    close: async () => undefined
  }
})
