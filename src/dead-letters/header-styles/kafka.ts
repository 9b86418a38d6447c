import { PIPELINE_HEADER, REASON_HEADER, textHeader } from '../headers.ts'
import { stageOf, textOf, type HeaderStyle } from './style.ts'

const PREFIX = '__dlq.errors.'
const of = (name: string) => `${PREFIX}${name}`

/**
 * The names of Kafka's own dead-letter queues, those of share groups (KIP-1191), all text. Without
 * `__dlq.errors.delivery.count`, which is optional: nobody counts deliveries here.
 */
export const kafkaStyle: HeaderStyle = {
  prefix: PREFIX,
  first: of('topic'),

  writer({ groupId, pipeline }) {
    const group = textHeader(of('group'), groupId)
    const pipelineHeader = textHeader(PIPELINE_HEADER, pipeline)
    return (source, reason, message) => [
      textHeader(of('topic'), source.topic),
      textHeader(of('partition'), String(source.partition)),
      textHeader(of('offset'), String(source.offset)),
      group,
      textHeader(of('message'), message),
      textHeader(REASON_HEADER, reason),
      pipelineHeader
    ]
  },

  read(block) {
    const reason = textOf(block, REASON_HEADER)
    return {
      position: [of('topic'), of('partition'), of('offset')].map(name => textOf(block, name)).join('/'),
      reason,
      message: textOf(block, of('message')),
      stage: stageOf(reason),
      group: textOf(block, of('group')),
      pipeline: textOf(block, PIPELINE_HEADER)
    }
  }
}
