/**
 * librdkafka's mock cluster in a process of its own, driven by messages from its parent; `mock-cluster.ts` is that. The
 * library is the one that the client's addon was built with.
 */
import { dlopen, getRawPointer, toString } from 'node:ffi'
import type { MockCall, MockReply } from './mock-cluster.ts'

const PRODUCER = 0
const ERROR_TEXT_BYTES = 512

const [, , library, brokers] = process.argv
const { functions } = dlopen(library, {
  rd_kafka_conf_new: { return: 'pointer', arguments: [] },
  rd_kafka_conf_set: { return: 'int32', arguments: ['pointer', 'string', 'string', 'pointer', 'uint64'] },
  rd_kafka_new: { return: 'pointer', arguments: ['int32', 'pointer', 'pointer', 'uint64'] },
  rd_kafka_mock_cluster_new: { return: 'pointer', arguments: ['pointer', 'int32'] },
  rd_kafka_mock_cluster_bootstraps: { return: 'pointer', arguments: ['pointer'] },
  rd_kafka_mock_group_initial_rebalance_delay_ms: { return: 'void', arguments: ['pointer', 'int32'] },
  rd_kafka_mock_topic_create: { return: 'int32', arguments: ['pointer', 'string', 'int32', 'int32'] },
  rd_kafka_mock_partition_set_leader: { return: 'int32', arguments: ['pointer', 'string', 'int32', 'int32'] },
  rd_kafka_mock_push_request_errors_array: { return: 'void', arguments: ['pointer', 'int16', 'uint64', 'pointer'] },
  // Variadic in C; its last argument is the one error.
  rd_kafka_mock_partition_push_request_errors: {
    return: 'int32',
    arguments: ['pointer', 'string', 'int32', 'int16', 'uint64', 'int32']
  },
  rd_kafka_mock_broker_set_down: { return: 'int32', arguments: ['pointer', 'int32'] },
  rd_kafka_mock_broker_set_up: { return: 'int32', arguments: ['pointer', 'int32'] },
  rd_kafka_mock_broker_set_rtt: { return: 'int32', arguments: ['pointer', 'int32', 'int32'] }
})

const errorText = Buffer.alloc(ERROR_TEXT_BYTES)
const conf = functions.rd_kafka_conf_new()
// Its brokers close idle connections and say so, and nobody is to read that.
functions.rd_kafka_conf_set(conf, 'log_level', '0', getRawPointer(errorText), BigInt(ERROR_TEXT_BYTES))
const handle = functions.rd_kafka_new(PRODUCER, conf, getRawPointer(errorText), BigInt(ERROR_TEXT_BYTES))
const cluster = functions.rd_kafka_mock_cluster_new(handle, Number(brokers))
functions.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0)

const calls: { readonly [Name in keyof MockCall]: (...args: MockCall[Name]) => number | string | null | void } = {
  bootstrap: () => toString(functions.rd_kafka_mock_cluster_bootstraps(cluster)),
  createTopic: (topic, partitions, replicas) =>
    functions.rd_kafka_mock_topic_create(cluster, topic, partitions, replicas),
  setLeader: (topic, partition, broker) =>
    functions.rd_kafka_mock_partition_set_leader(cluster, topic, partition, broker),
  pushErrors: (api, codes) => {
    const errors = Int32Array.from(codes)
    const at = getRawPointer(errors)
    functions.rd_kafka_mock_push_request_errors_array(cluster, api, BigInt(codes.length), at)
  },
  pushPartitionError: (topic, partition, api, code) =>
    functions.rd_kafka_mock_partition_push_request_errors(cluster, topic, partition, api, 1n, code),
  setDown: broker => functions.rd_kafka_mock_broker_set_down(cluster, broker),
  setUp: broker => functions.rd_kafka_mock_broker_set_up(cluster, broker),
  setRoundTripMs: (broker, ms) => functions.rd_kafka_mock_broker_set_rtt(cluster, broker, ms)
}

interface Request {
  readonly id: number
  readonly name: keyof MockCall
  readonly args: never[]
}

process.on('message', ({ id, name, args }: Request) => {
  const call: (...args: never[]) => number | string | null | void = calls[name]
  const answer = call(...args)
  process.send?.({ id, answer: answer ?? 0 } satisfies MockReply)
})
process.on('disconnect', () => process.exit(0))
