import { textHeader } from '../headers.ts'
import { named, stageOf, textOf, unnamed, type HeaderStyle } from './style.ts'

export const CONNECT_PREFIX = '__connect.errors.'
const of = (name: string) => `${CONNECT_PREFIX}${name}`

/** Kafka Connect's names (KIP-298) and, like Connect's, all text. */
export const connectStyle: HeaderStyle = {
  prefix: CONNECT_PREFIX,
  first: of('topic'),

  writer({ groupId, clientId, pipeline }) {
    const connector = textHeader(of('connector.name'), groupId)
    const task = textHeader(of('task.id'), clientId)
    const className = textHeader(of('class.name'), named(pipeline))
    return (source, reason, message) => [
      textHeader(of('topic'), source.topic),
      textHeader(of('partition'), String(source.partition)),
      textHeader(of('offset'), String(source.offset)),
      connector,
      task,
      textHeader(of('stage'), stageOf(reason)),
      className,
      textHeader(of('exception.class.name'), named(reason)),
      textHeader(of('exception.message'), message)
    ]
  },

  read: block => ({
    position: [of('topic'), of('partition'), of('offset')].map(name => textOf(block, name)).join('/'),
    reason: unnamed(textOf(block, of('exception.class.name'))),
    message: textOf(block, of('exception.message')),
    stage: textOf(block, of('stage')),
    group: textOf(block, of('connector.name')),
    pipeline: unnamed(textOf(block, of('class.name')))
  })
}
