import type { OptionTable } from '../option.ts'

const section = 'Throughput and memory'

/** librdkafka's own `fetch.max.bytes`: what a broker answers at most in one go. */
const FETCH_ANSWER_BYTES = 52_428_800

export const throughputOptions = {
  transport: {
    type: 'choice',
    default: 'auto',
    values: ['auto', 'native', 'kafka-javascript'],
    what:
      'What carries records between Kafka and the pipeline: the addon of this project on librdkafka, or ' +
      'kafka-javascript. auto is the addon where it is built, else kafka-javascript, with a warning that says why; ' +
      'native is the addon, or a mistake.',
    why:
      'The addon takes less than half of the CPU a record, and a C++ compiler to be built (`make setup`, ' +
      '`millrace build-native`); everything else is the same.',
    example: 'native',
    section
  },
  nativeLibrary: {
    type: 'string',
    default: undefined,
    what: 'File of the librdkafka that TRANSPORT=native uses, version 2.1 or later.',
    why:
      'Unset, it is the one that kafka-javascript was built with, or, where that came prebuilt, the one that set-up has ' +
      "built of the same sources, else the system's.",
    example: '/usr/lib/x86_64-linux-gnu/librdkafka.so.1',
    section
  },
  workers: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 256,
    what: 'Worker threads that run the pipeline; 0 is one for each core that the process may use, but one of more than two.',
    why:
      'The main thread, which talks to Kafka, needs a core too, but not a whole one: on two cores two workers do 372,000 ' +
      'logins a second by the native transport, one does 306,000, side by side.',
    example: '4',
    section
  },
  maxInFlightRecords: {
    type: 'integer',
    default: 40_000,
    min: 2,
    max: 1_000_000,
    what: 'Records read and not yet settled, over all partitions: what memory, a drain and a crash are bounded by.',
    why:
      'Beyond this, throughput no longer rises, while memory, garbage and drains do: 200,000 in flight cost a third more ' +
      'CPU a record than 20,000.',
    example: '20000',
    section
  },
  slabRecords: {
    type: 'integer',
    default: 1024,
    min: 1,
    max: 65_536,
    what: 'Records that one slab of shared memory holds at most, and so the records of one task of a worker.',
    why:
      'A slab costs the main thread the same on its way, whatever it holds; more records share it. No slab waits to be ' +
      'full.',
    example: '256',
    section
  },
  slabBytes: {
    type: 'integer',
    default: 1_048_576,
    min: 4096,
    max: 67_108_864,
    what: "Size of a slab: its records' keys, values and headers, the worker's output, and the columns that describe both.",
    why:
      'A kilobyte for each of SLAB_RECORDS records: 133 bytes of columns, the rest half as much again as a login and ' +
      'its result take. A record that is larger than a slab gets its own.',
    example: '2097152',
    section
  },
  maxRecordBytes: {
    type: 'integer',
    default: 4_194_304,
    min: 1024,
    max: FETCH_ANSWER_BYTES,
    what: 'Largest input record (key, value and headers) that is handled; a larger one is a dead letter by reference.',
    why: 'Four times what a broker accepts by default, so topics with a raised limit work too.',
    example: '1048576',
    section
  },
  maxOutputBytes: {
    type: 'integer',
    default: 4_194_304,
    // The headers of an ordinary dead letter must fit.
    min: 4096,
    max: FETCH_ANSWER_BYTES,
    what: 'Largest output record (key, value and headers) that is produced; a larger one makes its input a dead letter.',
    why: 'The same as for input records. The topics themselves must allow it (max.message.bytes).',
    example: '1048576',
    section
  },
  lingerMs: {
    type: 'integer',
    default: 20,
    min: 0,
    max: 900_000,
    what: 'The longest that an output record waits for others to share its request; 0 has none wait.',
    why:
      'How long it is adapts by itself: records that come seldom go at once, and only from 200,000 a second on they wait ' +
      'for so long. With DELIVERY=exactly-once it is always so long, which TRANSACTION_MS outweighs: records are seen when ' +
      'their transaction has been committed.',
    example: '5',
    section
  },
  batchBytes: {
    type: 'integer',
    default: 1_000_000,
    min: 1000,
    max: 104_857_600,
    what: 'Largest batch of output records for one partition; a full batch goes out without waiting for LINGER_MS.',
    why: 'Just below the 1,048,588 bytes that a broker accepts by default.',
    example: '500000',
    section
  },
  compression: {
    type: 'choice',
    default: 'lz4',
    values: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
    what: 'Compression of output batches; done by threads of the client, not by the one that everything passes through.',
    why: 'The cheapest in CPU. zstd makes smaller batches where the network is what limits.',
    example: 'zstd',
    section
  },
  fetchQueueBytes: {
    type: 'integer',
    default: 16_777_216,
    min: 1_048_576,
    max: 2_147_482_624,
    what: 'Bytes of records fetched ahead and not yet taken by the pipeline, over all partitions.',
    why:
      'Logins of a tenth of a second at the highest rate measured. Brokers that are far away want more: one fetch brings ' +
      'a 64th of this of each partition.',
    example: '33554432',
    section
  },
  fetchWaitMs: {
    type: 'integer',
    default: 500,
    min: 0,
    max: 300_000,
    what: 'How long a broker may hold back the answer to a fetch for want of FETCH_MIN_BYTES.',
    why:
      "The client's own default. A partition that is new, or read again from elsewhere, waits for the fetch under way; but " +
      'each fetch names all partitions, and ten a second for 1,000 of them took 0.8 % of a core.',
    example: '10',
    section
  },
  fetchMinBytes: {
    type: 'integer',
    default: 1,
    min: 1,
    max: FETCH_ANSWER_BYTES,
    what: 'Bytes that a broker collects before it answers a fetch.',
    why: 'Each record is answered at once; under load answers fill up all the same.',
    example: '65536',
    section
  },
  largeJson: {
    type: 'choice',
    default: 'off',
    values: ['off', 'simdjson'],
    what:
      'What parses JSON values of 8 KiB and more: simdjson where that optional package is built (npm run build:simdjson) ' +
      'and a trial at start finds it faster than JSON.parse; what the two might read differently is left to JSON.parse.',
    why: 'JSON.parse of Node 26 was two to three times faster in most records that were tried.',
    example: 'simdjson',
    section
  }
} as const satisfies OptionTable
