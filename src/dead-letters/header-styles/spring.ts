import type { Header } from '../../pipeline.ts'
import { PIPELINE_HEADER, textHeader } from '../headers.ts'
import { named, stageOf, textOf, unnamed, type ErrorBlock, type HeaderStyle } from './style.ts'

const PREFIX = 'kafka_dlt-'
const of = (name: string) => `${PREFIX}${name}`

/**
 * The names and forms of Spring Kafka's `DeadLetterPublishingRecoverer`: numbers are big-endian, four bytes for the
 * partition and eight for offset and timestamp. It adds a stack trace, which may quote the record: not we. A cause it
 * writes only where an exception has one.
 */
export const springStyle: HeaderStyle = {
  prefix: PREFIX,
  first: of('original-topic'),

  writer({ groupId, pipeline }) {
    const group = textHeader(of('original-consumer-group'), groupId)
    const pipelineHeader = textHeader(PIPELINE_HEADER, pipeline)
    return (source, reason, message) => [
      textHeader(of('original-topic'), source.topic),
      intHeader(of('original-partition'), source.partition),
      longHeader(of('original-offset'), source.offset),
      longHeader(of('original-timestamp'), source.timestampMs),
      // The client doesn't tell records with the broker's time from those with their own.
      textHeader(of('original-timestamp-type'), source.timestampMs < 0 ? 'NoTimestampType' : 'CreateTime'),
      group,
      textHeader(of('exception-fqcn'), named(reason)),
      textHeader(of('exception-message'), message),
      pipelineHeader
    ]
  },

  read(block) {
    const reason = unnamed(textOf(block, of('exception-fqcn')))
    return {
      position: `${textOf(block, of('original-topic'))}/${intOf(block)}/${longOf(block)}`,
      reason,
      message: textOf(block, of('exception-message')),
      stage: stageOf(reason),
      group: textOf(block, of('original-consumer-group')),
      pipeline: textOf(block, PIPELINE_HEADER)
    }
  }
}

function intHeader(name: string, number: number): Header {
  const value = Buffer.alloc(4)
  value.writeInt32BE(number)
  return { name, value }
}

function longHeader(name: string, number: number): Header {
  const value = Buffer.alloc(8)
  value.writeBigInt64BE(BigInt(number))
  return { name, value }
}

function intOf(block: ErrorBlock): string {
  const value = block.get(of('original-partition'))
  return value?.length === 4 ? String(value.readInt32BE()) : ''
}

function longOf(block: ErrorBlock): string {
  const value = block.get(of('original-offset'))
  return value?.length === 8 ? String(value.readBigInt64BE()) : ''
}
